// SPDX-License-Identifier: MIT
#pragma once
// digamma: the slope of the logarithm of the gamma function.
#include "fluxpp/ops/polygamma.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// digamma(x): the derivative of log |gamma(x)|, elementwise; -infinity at 0, +infinity at -0, NaN at the poles
/// -1, -2, ... and at -infinity.
/// grad     trigamma(x)
/// accuracy 4 ulp for x > 0, also near its zero 1.4616...; else of the larger of digamma(1 - x) and pi / tan(pi x)
/// source   Abramowitz & Stegun 1964, 6.3.5, 6.3.7, 6.3.18; polynomials by Remez 1934
struct digamma : elementwise<1> {
  static constexpr auto name = "digamma";
  static constexpr int cost = 8;
  template <class V> static constexpr V forward(V x) {
    using real = scalar::real_of<V>;
    using scalar::any, scalar::select;
    using std::tan;
    const auto below = x < V(0);
    const V y = of_positive(select(below, V(1) - x, x));
    if (!any(below)) return y;
    const V angle = V(std::numbers::pi_v<real>) * from_nearest_integer(x);
    const V reflected = y - V(std::numbers::pi_v<real>) / tan(angle);
    return select(below, select(angle == V(0), V(std::numeric_limits<real>::quiet_NaN()), reflected), y);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::trigamma(x)}; }
  static constexpr std::array samples{-2.5, -0.5, 0.5, 0.875, 1.75, 3.0, 9.5};
  static constexpr double max_ulp = 8, max_absolute = 32;

private:
  template <class V> static constexpr V of_positive(V x) {
    if constexpr (scalar::wide<V>) return by_series(x);
    else return by_steps(x);
  }
  /// For x >= 0: the asymptotic series from 8 on; below, x is moved by whole steps into [1, 2], the reciprocals met on
  /// the way being one fraction.
  template <class V> static constexpr V by_steps(V x) {
    using real = scalar::real_of<V>;
    using scalar::any, scalar::fma, scalar::select;
    using std::log;
    constexpr bool single = sizeof(real) == 4;
    constexpr real zero = single ? real(1.46163213f) : real(1.4616321449683622);
    constexpr real zero_rest = single ? real(1.24381501e-08f) : real(9.549995429965697e-17);
    const auto low = x < V(1), high = x >= V(8);
    V r = select(low, x + V(1), x), above = select(low, V(-1), V(0)), below = select(low, x, V(1));
    for (auto step = (r >= V(2)) & !high & !low; any(step); step = step & (r >= V(2))) {
      r = select(step, r - V(1), r);
      above = select(step, fma(above, r, below), above);
      below = select(step, below * r, below);
    }
    const V moved = fma((r - V(zero)) - V(zero_rest), slope(r - V(1.5)), above / below);
    const V inverse = V(1) / x, z = inverse * inverse;
    return select(high, log(x) - fma(z, series(z), V(0.5) * inverse), moved);
  }
  /// digamma(t + 3/2) / (t + 3/2 - zero) for |t| <= 1/2; 2^-25 and 2^-56.
  template <class V> static constexpr V slope(V t) {
    using scalar::horner;
    if constexpr (sizeof(scalar::real_of<V>) == 4)
      return horner(t, -0.0162209533f, 0.0239265393f, -0.0258727204f, 0.0393607207f, -0.0620398968f, 0.0951175764f,
                    -0.148399979f, 0.240538388f, -0.423627466f, 0.951055884f);
    else
      return horner(t, -0.0001765590873391525, 0.00025987569895370244, -0.00014698447758416166, 0.00022699497045024829,
                    -0.00048472549347108212, 0.00072345293176146949, -0.0010368440095612278, 0.001556594677597269,
                    -0.0023454203464332115, 0.0035190129743752053, -0.0052799463195547115, 0.0079269439253538479,
                    -0.011908219413802051, 0.017907252487584721, -0.026975796691557436, 0.040760833810576179,
                    -0.061922133274686778, 0.09498872445497708, -0.14840492305389019, 0.24054248424077396,
                    -0.42362742128146058, 0.95105587603183295);
  }
  /// (log(x) - 1 / (2 x) - digamma(x)) x^2, of z = 1 / x^2 for x >= 8; 2^-27 and 2^-53.
  template <class V> static constexpr V series(V z) {
    using scalar::horner;
    if constexpr (sizeof(scalar::real_of<V>) == 4) return horner(z, 0.00387378456f, -0.00833278708f, 0.0833333358f);
    else
      return horner(z, 0.063674736270686594, -0.020700488501659172, 0.0075717337141570605, -0.0041666451816054885,
                    0.0039682539132730307, -0.0083333333332804137, 0.083333333333333329);
  }
  /// The asymptotic series itself, from 32 on, and a sum of reciprocals below.
  template <class V> static constexpr V by_series(V x) {
    V sum = 0;
    for (; x < V(32); x += V(1)) sum += V(1) / x;
    const V z = V(1) / (x * x);
    const V tail =
        scalar::horner(z, V(1) / 12, V(-691) / 32760, V(1) / 132, V(-1) / 240, V(1) / 252, V(-1) / 120, V(1) / 12);
    return std::log(x) - V(0.5) / x - z * tail - sum;
  }
};

} // namespace ops
inline constexpr operation<ops::digamma> digamma{};

namespace ops {
template <class V> constexpr V polygamma::lowest(V x) { return digamma::forward(x); }
} // namespace ops
} // namespace fluxpp::inline v0_1
