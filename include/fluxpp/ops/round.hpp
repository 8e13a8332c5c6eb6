// SPDX-License-Identifier: MIT
#pragma once
// round: rounding to the nearest integer.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// round(x): the integer nearest to x, elementwise; the even one of two.
/// grad     0 everywhere
/// accuracy exact
struct round : elementwise<1> {
  static constexpr auto name = "round";
  template <class V> static constexpr V forward(V x) {
    using std::nearbyint;
    return nearbyint(x);
  }
  static constexpr std::array samples{-2.25, -0.75, 1.25};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::round> round{};
} // namespace fluxpp::inline v0_1
