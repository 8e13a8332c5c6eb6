// SPDX-License-Identifier: MIT
#pragma once
// erfcx: the scaled complementary error function.
#include "fluxpp/core/normal_tail.hpp"
#include "fluxpp/ops/arithmetic.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// erfcx(x): exp(x^2) erfc(x), elementwise; inf below -26.7 (-9.4 in float), nearly 1 / (sqrt(pi) x) far above 0.
/// grad     2 x y - 2 / sqrt(pi), which cancels for large x
/// accuracy 4 ulp
/// source   Abramowitz & Stegun 1964, 7.1.14 (continued fraction), 7.1.23 (asymptotic series)
struct erfcx : elementwise<1> {
  static constexpr auto name = "erfcx";
  static constexpr int cost = 8;
  template <class V> static constexpr V forward(V x) {
    using scalar::any, scalar::select;
    using std::abs;
    const auto below = x < V(0);
    const V y = of_positive(abs(x));
    if (!any(below)) return y;
    return select(below, V(2) * scalar::exp_of_square(scalar::real_of<V>(1), select(x > V(-32), x, V(-32))) - y, y);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V y) {
    return {V(2) * x * y - V(2 * std::numbers::inv_sqrtpi_v<scalar::real_of<V>>)};
  }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5, 3.0};
  static constexpr double max_ulp = 4;

private:
  template <class V> static constexpr V of_positive(V x) {
    using scalar::any, scalar::select;
    if constexpr (scalar::wide<V>) {
      return x < V(2) ? std::exp(x * x) * std::erfc(x) : by_fraction(x);
    } else {
      const auto beyond = !(x <= V(scalar::end_of_tail<V>));
      const V y = scalar::tail_shape(x) / (x + x + V(1));
      return any(beyond) ? select(beyond, by_series(x), y) : y;
    }
  }
  template <class V> static constexpr V by_series(V x) {
    const V r = V(1) / x, z = r * r * V(0.5);
    V sum(1);
    for (int k = 13; k > 0; k -= 2) sum = V(1) - z * V(static_cast<scalar::real_of<V>>(k)) * sum;
    return V(std::numbers::inv_sqrtpi_v<scalar::real_of<V>>) * r * sum;
  }
  template <class V> static constexpr V by_fraction(V x) {
    V below = x;
    for (int k = 200; k > 0; --k) below = x + V(0.5) * V(k) / below;
    return std::numbers::inv_sqrtpi_v<V> / below;
  }
};

} // namespace ops
inline constexpr operation<ops::erfcx> erfcx{};
} // namespace fluxpp::inline v0_1
