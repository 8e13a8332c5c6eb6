// SPDX-License-Identifier: MIT
#pragma once
// asinh: the inverse hyperbolic sine.
#include "fluxpp/ops/rsqrt.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// asinh(x): the number whose hyperbolic sine is x, elementwise.
/// grad     1 / sqrt(x^2 + 1)
/// accuracy 4 ulp
struct asinh : elementwise<1> {
  static constexpr auto name = "asinh";
  template <class V> static constexpr V forward(V x) {
    using std::asinh;
    return asinh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::rsqrt(x * x + V(1))}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::asinh> asinh{};
} // namespace fluxpp::inline v0_1
