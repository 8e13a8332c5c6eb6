// SPDX-License-Identifier: MIT
#pragma once
// ceil: rounding up.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// ceil(x): the smallest integer not below x, elementwise.
/// grad     0 everywhere
/// accuracy exact
struct ceil : elementwise<1> {
  static constexpr auto name = "ceil";
  template <class V> static constexpr V forward(V x) {
    using std::ceil;
    return ceil(x);
  }
  static constexpr std::array samples{-2.5, -0.5, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::ceil> ceil{};
} // namespace fluxpp::inline v0_1
