// SPDX-License-Identifier: MIT
#pragma once
// gelu: the Gaussian error linear unit.
#include "fluxpp/ops/erf.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// gelu(x): x Phi(x), elementwise, with the normal distribution function Phi; NaN at -infinity.
/// grad     Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi)
/// accuracy 4 ulp, or 4 units of 2^-24 (float) and 2^-53 (double)
/// source   Hendrycks & Gimpel 2016, arXiv:1606.08415
struct gelu : elementwise<1> {
  static constexpr auto name = "gelu";
  template <class R> static constexpr R half_root = std::numbers::sqrt2_v<R> / 2;
  template <class V> static constexpr V forward(V x) {
    using std::erf;
    return V(0.5) * x * (V(1) + erf(x * V(half_root<scalar::real_of<V>>)));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    const V area = V(0.5) + V(0.5) * fluxpp::erf(x * V(half_root<real>));
    return {area + x * fluxpp::exp(V(-0.5) * x * x) * V(half_root<real> * std::numbers::inv_sqrtpi_v<real>)};
  }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4, max_absolute = 4;
};

} // namespace ops
inline constexpr operation<ops::gelu> gelu{};
} // namespace fluxpp::inline v0_1
