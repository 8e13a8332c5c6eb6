// SPDX-License-Identifier: MIT
#pragma once
// floor: rounding down.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// floor(x): the largest integer not above x, elementwise.
/// grad     0 everywhere
/// accuracy exact
struct floor : elementwise<1> {
  static constexpr auto name = "floor";
  template <class V> static constexpr V forward(V x) {
    using std::floor;
    return floor(x);
  }
  static constexpr std::array samples{-2.5, -0.5, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::floor> floor{};
} // namespace fluxpp::inline v0_1
