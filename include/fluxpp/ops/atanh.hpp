// SPDX-License-Identifier: MIT
#pragma once
// atanh: the inverse hyperbolic tangent.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// atanh(x): the number whose hyperbolic tangent is x, elementwise; infinite at -1 and 1, NaN beyond.
/// grad     1 / (1 - x^2)
/// accuracy 4 ulp
struct atanh : elementwise<1> {
  static constexpr auto name = "atanh";
  static constexpr double domain[2]{-1, 1};
  template <class V> static constexpr V forward(V x) {
    using std::atanh;
    return atanh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / ((V(1) - x) * (V(1) + x))}; }
  static constexpr std::array samples{-0.75, -0.25, 0.0, 0.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::atanh> atanh{};
} // namespace fluxpp::inline v0_1
