// SPDX-License-Identifier: MIT
#pragma once
// lgamma: the logarithm of the gamma function.
#include "fluxpp/ops/digamma.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// lgamma(x): log |gamma(x)|, elementwise; +infinity at the poles 0, -1, -2, ... and at both infinities.
/// grad     digamma(x)
/// accuracy 6 ulp for x > 0, also near its zeros 1 and 2; else of the larger of lgamma(1 - x) and log(sin(pi x) / pi)
/// source   Abramowitz & Stegun 1964, 6.1.15, 6.1.17, 6.1.41; polynomials by Remez 1934
struct lgamma : elementwise<1> {
  static constexpr auto name = "lgamma";
  static constexpr int cost = 8;
  template <class V> static constexpr V forward(V x) {
    using real = scalar::real_of<V>;
    if constexpr (scalar::wide<V>) {
      return std::lgamma(x);
    } else {
      using scalar::any, scalar::select;
      using std::log, std::abs, std::sin;
      const auto below = x < V(0);
      const V y = of_positive(select(below, V(1) - x, x));
      if (!any(below)) return y;
      const V sine = abs(sin(V(std::numbers::pi_v<real>) * from_nearest_integer(x)));
      const V reflected = -log(sine * V(std::numbers::inv_pi_v<real>)) - y;
      const auto infinite = (sine == V(0)) | (x == V(-std::numeric_limits<real>::infinity()));
      return select(below, select(infinite, V(std::numeric_limits<real>::infinity()), reflected), y);
    }
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::digamma(x)}; }
  static constexpr std::array samples{-2.5, -0.5, 0.5, 0.875, 1.75, 3.0, 9.5};
  static constexpr double max_ulp = 8, max_absolute = 16;

private:
  /// For x >= 0: Stirling's series from 8 on; below, x is moved by whole steps to 2 + u with |u| <= 1/2, the factors
  /// that gamma loses on the way being one logarithm.
  template <class V> static constexpr V of_positive(V x) {
    using scalar::any, scalar::fma, scalar::select;
    using std::log;
    const auto low = x < V(1.5), high = x >= V(8);
    V r = x, factor = select(low, select(x < V(0.5), fma(x, x, x), x), V(1));
    for (auto step = (r >= V(2.5)) & !high; any(step); step = step & (r >= V(2.5))) {
      r = select(step, r - V(1), r);
      factor = select(step, factor * r, factor);
    }
    const V u = select(low, select(x < V(0.5), x, x - V(1)), r - V(2)), l = log(select(high, x, factor));
    const V moved = fma(u, slope_at_two(u), select(low, -l, l)), inverse = V(1) / x;
    constexpr auto rest = static_cast<scalar::real_of<V>>(0.41893853320467274); // log(2 pi) / 2 - 1 / 2
    const V tail = fma(inverse, stirling(inverse * inverse), V(rest));
    return select(high, fma(x - V(0.5), l - V(1), tail), moved);
  }
  /// lgamma(2 + u) / u for |u| <= 1/2; 2^-28 and 2^-62.
  template <class V> static constexpr V slope_at_two(V u) {
    using scalar::horner;
    if constexpr (sizeof(scalar::real_of<V>) == 4)
      return horner(u, -0.000269862416f, 0.000569830532f, -0.00117783179f, 0.00287905359f, -0.00738742994f,
                    0.0205816031f, -0.0673522204f, 0.322467029f, 0.422784328f);
    else
      return horner(u, 6.9167362130271976e-08, -1.3400958519138005e-07, 1.9666246902280755e-07, -4.3048956145290008e-07,
                    9.610594483671393e-07, -2.0448573518305235e-06, 4.3735016985362893e-06, -9.4384746266014895e-06,
                    2.050740933356311e-05, -4.4926348753569795e-05, 9.9457495158226535e-05, -0.00022315475094924865,
                    0.00050966952568975077, -0.0011927539119910621, 0.0028905103307135908, -0.0073855510286683981,
                    0.020580808427784928, -0.067352301053198144, 0.3224670334241132, 0.42278433509846713);
  }
  /// x times what Stirling's formula leaves, of z = 1 / x^2 for x >= 8; 2^-30 and 2^-57.
  template <class V> static constexpr V stirling(V z) {
    using scalar::horner;
    if constexpr (sizeof(scalar::real_of<V>) == 4) return horner(z, 0.000780057744f, -0.00277769892f, 0.0833333358f);
    else
      return horner(z, 0.0050692442537450533, -0.0018905398389346406, 0.00084147284951678299, -0.00059523660697507531,
                    0.00079365078983504147, -0.0027777777777740994, 0.083333333333333329);
  }
};

} // namespace ops
inline constexpr operation<ops::lgamma> lgamma{};
} // namespace fluxpp::inline v0_1
