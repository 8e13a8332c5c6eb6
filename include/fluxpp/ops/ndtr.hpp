// SPDX-License-Identifier: MIT
#pragma once
// ndtr: the normal distribution function.
#include "fluxpp/ops/erfc.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// ndtr(x): the probability that a standard normal number is below x, elementwise: erfc(-x / sqrt(2)) / 2.
/// grad     exp(-x^2 / 2) / sqrt(2 pi)
/// accuracy 4 + x^2 ulp
struct ndtr : elementwise<1> {
  static constexpr auto name = "ndtr";
  static constexpr double domain[2]{-6, 40};
  template <class R> static constexpr R half_root = std::numbers::sqrt2_v<R> / 2;
  template <class V> static constexpr V forward(V x) {
    using std::erfc;
    return V(0.5) * erfc(x * V(-half_root<scalar::real_of<V>>));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    return {fluxpp::exp(V(-0.5) * x * x) * V(half_root<real> * std::numbers::inv_sqrtpi_v<real>)};
  }
  static constexpr std::array samples{-3.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 40;
};

} // namespace ops
inline constexpr operation<ops::ndtr> ndtr{};
} // namespace fluxpp::inline v0_1
