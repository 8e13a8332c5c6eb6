// SPDX-License-Identifier: MIT
#pragma once
// asin: the inverse sine.
#include "fluxpp/ops/rsqrt.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// asin(x): the angle in [-pi/2, pi/2] whose sine is x, elementwise; NaN outside [-1, 1].
/// grad     1 / sqrt(1 - x^2); grad at -1 and 1 is infinity
/// accuracy 4 ulp
/// units    radians
struct asin : elementwise<1> {
  static constexpr auto name = "asin";
  static constexpr double domain[2]{-1, 1};
  template <class V> static constexpr V forward(V x) {
    using std::asin;
    return asin(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {fluxpp::rsqrt((V(1) - x) * (V(1) + x))};
  }
  static constexpr std::array samples{-0.75, -0.25, 0.0, 0.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::asin> asin{};
} // namespace fluxpp::inline v0_1
