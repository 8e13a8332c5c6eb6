// SPDX-License-Identifier: MIT
#pragma once
// erfinv: the inverse of the error function.
#include "fluxpp/ops/erfc.hpp"

#include <limits>

namespace fluxpp::inline v0_1 {
namespace ops {

/// erfinv(x): the number whose error function is x, elementwise; infinite at -1 and 1, NaN beyond.
/// grad     sqrt(pi) / 2 exp(y^2)
/// accuracy 4 ulp
/// source   the variable w = -log(1 - x^2): Giles 2010, Approximating the erfinv function; polynomials by Remez 1934;
///          Halley's method
struct erfinv : elementwise<1> {
  static constexpr auto name = "erfinv";
  static constexpr int cost = 8;
  static constexpr double domain[2]{-1, 1};
  template <class V> static constexpr V forward(V x) {
    using real = scalar::real_of<V>;
    using scalar::any, scalar::select;
    using std::abs, std::log;
    if constexpr (scalar::wide<V>) {
      return by_iteration(x);
    } else {
      const V size = abs(x), w = -log((V(1) - size) * (V(1) + size));
      const auto outer = w >= V(3);
      const V y = x * inner(w - V(1.5));
      if (!any(outer)) return y;
      V end = tail(w);
      if constexpr (sizeof(real) == 8) end = improved(end, erfc_of(end) - (V(1) - size));
      end = select(size == V(1), V(std::numeric_limits<real>::infinity()), end);
      return select(outer, select(x < V(0), -end, end), y);
    }
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) {
    return {V(1 / std::numbers::inv_sqrtpi_v<scalar::real_of<V>> / 2) * fluxpp::exp(y * y)};
  }
  static constexpr std::array samples{-0.75, -0.5, 0.0, 0.25, 0.625};
  static constexpr double max_ulp = 4;

private:
  template <class V> static constexpr V erfc_of(V y) {
    using std::erfc;
    return erfc(y);
  }
  /// One step of Halley's method from y, where erfc is too large by `excess`.
  template <class V> static constexpr V improved(V y, V excess) {
    using std::exp;
    const V step = excess * V(1 / std::numbers::inv_sqrtpi_v<scalar::real_of<V>> / 2) * exp(y * y);
    return y + step / (V(1) - step * y);
  }
  template <class V> static constexpr V by_iteration(V x) {
    V y = static_cast<V>(forward(static_cast<double>(x)));
    for (int i = 0; i < 2 && std::isfinite(y); ++i) {
      const V size = std::abs(x), at = std::abs(y);
      const V better = improved(at, size < V(0.5) ? size - std::erf(at) : std::erfc(at) - (V(1) - size));
      y = std::copysign(better, x);
    }
    return y;
  }
  /// erfinv(x) / x, of w - 3/2 for w in [0, 3]; 2^-25 and 2^-52.
  template <class V> static constexpr V inner(V w) {
    using scalar::horner;
    if constexpr (sizeof(scalar::real_of<V>) == 4)
      return horner(w, -4.79825349e-06f, 2.29873949e-05f, 0.000176741567f, -0.00209201034f, 0.000880258216f,
                    0.250362366f, 1.25206375f);
    else
      return horner(w, 1.5362309972868087e-13, -2.4223659140668551e-14, -8.2220613761155276e-12, 2.3154322654802486e-11,
                    3.0252206845412328e-10, -2.0204170703564577e-09, -7.2320737221555275e-09, 1.1770427035945881e-07,
                    -6.5075591965070276e-08, -5.3727743586350663e-06, 2.3288167983202111e-05, 0.00017766931524304286,
                    -0.0020923279303932743, 0.00087976471265106273, 0.25036244534245311, 1.2520638405834423);
  }
  /// erfinv(x) for w >= 3, by its ratio to s = sqrt(w) in 1 / s; 2^-24 and 2^-28.
  template <class V> static constexpr V tail(V w) {
    using scalar::horner;
    using std::sqrt;
    const V s = sqrt(w), r = V(1) / s;
    if constexpr (sizeof(scalar::real_of<V>) == 4)
      return s * horner(r - V(0.4135f), -15.4063625f, -3.51042676f, 2.71736145f, 0.953803837f, -0.777244091f,
                        0.00205631019f, 0.21841383f, -0.141946241f, 0.931519806f);
    else
      return s * horner(r - V(0.3685), 303.15409813374282, -2242.5045942726388, 139.22522117217287, 481.73986491385187,
                        -42.306914835797166, -52.174188703592876, 6.4257707659923291, 3.8438968883631719,
                        0.039586502369284148, -0.91115751952504009, 0.15687946055581481, 0.2080316538705772,
                        -0.16129316570927707, 0.93834612468994882);
  }
};

} // namespace ops
inline constexpr operation<ops::erfinv> erfinv{};
} // namespace fluxpp::inline v0_1
