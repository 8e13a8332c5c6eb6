// SPDX-License-Identifier: MIT
#pragma once
// ndtr, log_ndtr: the normal distribution function and its logarithm.
#include "fluxpp/ops/erfcx.hpp"
#include "fluxpp/ops/exp.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

template <class V> inline constexpr auto half_root = std::numbers::sqrt2_v<scalar::real_of<V>> / 2;

/// The probability that a standard normal number is above a >= 0.
template <class V> constexpr V above(V a) {
  using scalar::select;
  const V density = scalar::exp_of_square(scalar::real_of<V>(-0.5), select(a < V(40), a, V(40)));
  return V(0.5) * erfcx::forward(a * V(half_root<V>)) * density;
}

/// ndtr(x): the probability that a standard normal number is below x, elementwise: erfc(-x / sqrt(2)) / 2.
/// grad     exp(-x^2 / 2) / sqrt(2 pi)
/// accuracy 6 ulp
struct ndtr : elementwise<1> {
  static constexpr auto name = "ndtr";
  static constexpr int cost = 8;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::abs;
    const V tail = above(abs(x));
    return select(x < V(0), tail, V(1) - tail);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    return {fluxpp::exp(V(-0.5) * x * x) * V(half_root<V> * std::numbers::inv_sqrtpi_v<real>)};
  }
  static constexpr std::array samples{-3.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 6;
};

/// log_ndtr(x): log(ndtr(x)), elementwise, nearly -x^2 / 2 far below 0, where ndtr underflows.
/// grad     exp(-x^2 / 2) / (sqrt(2 pi) ndtr(x)) = sqrt(2 / pi) / erfcx(-x / sqrt(2))
/// accuracy 6 ulp
struct log_ndtr : elementwise<1> {
  static constexpr auto name = "log_ndtr";
  static constexpr int cost = 16;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::abs, std::log, std::log1p;
    const V a = abs(x), low = log(V(0.5) * erfcx::forward(a * V(half_root<V>))) - V(0.5) * x * x;
    return select(x < V(0), low, log1p(-above(a)));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    return {V(std::numbers::sqrt2_v<real> * std::numbers::inv_sqrtpi_v<real>) / fluxpp::erfcx(x * V(-half_root<V>))};
  }
  static constexpr std::array samples{-12.0, -3.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 6;
};

} // namespace ops
inline constexpr operation<ops::ndtr> ndtr{};
inline constexpr operation<ops::log_ndtr> log_ndtr{};
} // namespace fluxpp::inline v0_1
