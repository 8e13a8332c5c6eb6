// SPDX-License-Identifier: MIT
#pragma once
// ndtri: the quantiles of the normal distribution.
#include "fluxpp/ops/erfinv.hpp"
#include "fluxpp/ops/ndtr.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// ndtri(p): the number below which a standard normal one lies with probability p, elementwise; infinite at 0 and 1, NaN
/// outside.
/// grad     sqrt(2 pi) exp(y^2 / 2)
/// accuracy 4 ulp
/// source   Abramowitz & Stegun 1964, 26.2.23, improved by Halley's method on log_ndtr
struct ndtri : elementwise<1> {
  static constexpr auto name = "ndtri";
  static constexpr int cost = 64;
  static constexpr double domain[2]{0, 1};
  template <class V> static constexpr V forward(V p) {
    using scalar::any, scalar::select;
    using std::abs;
    const V centred = p - V(0.5);
    const auto outer = !(abs(centred) <= V(0.25));
    const V y = V(2 * half_root<V>) * erfinv::forward(centred + centred);
    if (!any(outer)) return y;
    const auto upper = p > V(0.5);
    const V end = lower(select(upper, V(1) - p, p));
    return select(outer, select(upper, -end, end), y);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) {
    using real = scalar::real_of<V>;
    return {V(2 * half_root<V> / std::numbers::inv_sqrtpi_v<real>) * fluxpp::exp(V(0.5) * y * y)};
  }
  static constexpr std::array samples{0.1875, 0.375, 0.5, 0.75, 0.8125};
  static constexpr double max_ulp = 4;

private:
  /// For p < 1/4.
  template <class V> static constexpr V lower(V p) {
    using real = scalar::real_of<V>;
    using scalar::horner, scalar::select;
    using std::log, std::sqrt;
    const V l = log(p), t = sqrt(V(-2) * l);
    V y = horner(t, real(0.010328), real(0.802853), real(2.515517)) /
              horner(t, real(0.001308), real(0.189269), real(1.432788), real(1)) -
          t;
    for (int i = 0; i < 2; ++i) {
      const V odds = V(half_root<V> / std::numbers::inv_sqrtpi_v<real>) * erfcx::forward(y * V(-half_root<V>));
      const V step = (log_ndtr::forward(y) - l) * odds;
      y = y - step / (V(1) + V(0.5) * step * (y + V(1) / odds));
    }
    return select(p == V(0), V(-std::numeric_limits<real>::infinity()), y);
  }
};

} // namespace ops
inline constexpr operation<ops::ndtri> ndtri{};
} // namespace fluxpp::inline v0_1
