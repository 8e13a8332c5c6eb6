// SPDX-License-Identifier: MIT
#pragma once
// gelu_tanh: the Gaussian error linear unit by the hyperbolic tangent.
#include "fluxpp/ops/sigmoid.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// gelu_tanh(x): x (1 + tanh(u)) / 2 = x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3), elementwise;
/// NaN at -infinity.
/// accuracy 4 ulp, or 4 units of 2^-24 (float) and 2^-53 (double)
/// source   Hendrycks & Gimpel 2016, arXiv:1606.08415
struct gelu_tanh : elementwise<1> {
  static constexpr auto name = "gelu_tanh";
  /// 2 u = x (a + b x^2)
  template <class R> static constexpr R a = R(2 * std::numbers::sqrt2_v<R> * std::numbers::inv_sqrtpi_v<R>);
  template <class R> static constexpr R b = R(0.044715) * a<R>;
  template <class V> static constexpr V forward(V x) {
    using real = scalar::real_of<V>;
    return x * sigmoid::forward(x * (V(a<real>) + V(b<real>) * x * x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    const V x2 = x * x, s = fluxpp::sigmoid(x * (V(a<real>) + V(b<real>) * x2));
    return {s * (V(1) + x * (V(1) - s) * (V(a<real>) + V(3 * b<real>) * x2))};
  }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4, max_absolute = 4;
};

} // namespace ops
inline constexpr operation<ops::gelu_tanh> gelu_tanh{};
} // namespace fluxpp::inline v0_1
