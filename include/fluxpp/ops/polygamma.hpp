// SPDX-License-Identifier: MIT
#pragma once
// trigamma, polygamma: the second and all higher derivatives of the logarithm of the gamma function.
#include "fluxpp/ops/select.hpp"

#include <limits>
#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// from_nearest_integer(x): x less the integer nearest to it, exactly.
template <class V> constexpr V from_nearest_integer(V x) {
  using std::nearbyint;
  return x - nearbyint(x);
}

/// trigamma(x): the second derivative of log |gamma(x)|, elementwise; +infinity at the poles 0, -1, -2, ...; NaN at
/// -infinity.
/// grad     polygamma(2, x)
/// accuracy 4 ulp for x > 0, else 8
/// source   Abramowitz & Stegun 1964, 6.4.6, 6.4.7, 6.4.12; polynomials by Remez 1934
struct trigamma : elementwise<1> {
  static constexpr auto name = "trigamma";
  static constexpr int cost = 8;
  template <class V> static constexpr V forward(V x) {
    using real = scalar::real_of<V>;
    using scalar::any, scalar::select;
    using std::sin;
    const auto below = x < V(0);
    const V y = of_positive(select(below, V(1) - x, x));
    if (!any(below)) return y;
    const V pi = V(std::numbers::pi_v<real>), ratio = pi / sin(pi * from_nearest_integer(x));
    return select(below, ratio * ratio - y, y);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.5, -0.5, 0.5, 0.875, 1.75, 3.0, 9.5};
  static constexpr double max_ulp = 8;

private:
  /// For x >= 0: the asymptotic series from 8 on, and a sum below; all its terms are positive.
  template <class V> static constexpr V of_positive(V x) {
    using scalar::any, scalar::fma, scalar::select;
    const V least = V(scalar::wide<V> ? 32 : 8);
    const auto low = x < least;
    V r = select(low, x + V(1), x), above = V(0), below = V(1);
    for (auto step = r < least; any(step); step = r < least) {
      const V square = r * r;
      above = select(step, fma(above, square, below), above);
      below = select(step, below * square, below);
      r = select(step, r + V(1), r);
    }
    const V inverse = V(1) / r, z = inverse * inverse, first = V(1) / x;
    const V tail = inverse + fma(z * inverse, series(z), V(0.5) * z);
    return tail + (above / below + select(low, first * first, V(0)));
  }
  /// (trigamma(r) - 1 / r - 1 / (2 r^2)) r^3, of z = 1 / r^2 for r >= 8 (32 where it is wide); 2^-25 and 2^-50.
  template <class V> static constexpr V series(V z) {
    using scalar::horner;
    if constexpr (sizeof(scalar::real_of<V>) == 4) return horner(z, 0.0230597854f, -0.0333290063f, 0.166666657f);
    else if constexpr (scalar::wide<V>)
      return horner(z, V(7) / 6, V(-691) / 2730, V(5) / 66, V(-1) / 30, V(1) / 42, V(-1) / 30, V(1) / 6);
    else
      return horner(z, 0.85958184796111048, -0.24703941942561058, 0.075695553963665396, -0.033333003090639378,
                    0.023809522966081551, -0.033333333332522801, 0.16666666666666655);
  }
};

/// polygamma(n, x): derivative n + 1 of log |gamma(x)|, elementwise, for whole n >= 0: the nearest whole number counts.
/// Infinite at the poles 0, -1, -2, ... (n > 1); NaN for negative n and for x below -512 (n > 1).
/// grad     polygamma(n + 1, x) in x, 0 in n
/// accuracy 8 + 2 n ulp for x > 0 and n <= 12
/// source   Abramowitz & Stegun 1964, 6.4.10; Euler-Maclaurin summation, 23.1.30
struct polygamma : elementwise<2> {
  static constexpr auto name = "polygamma";
  static constexpr int cost = 64;
  static constexpr double domain[2]{0, 12};
  template <class V> static constexpr V forward(V n, V x) {
    using real = scalar::real_of<V>;
    using scalar::select;
    using std::floor;
    const V order = floor(n + V(0.5)), half = order * V(0.5);
    const V size = factorial(order) * zeta(order + V(1), x), higher = select(floor(half) == half, -size, size);
    const V y = select(order == V(0), lowest(x), select(order == V(1), trigamma::forward(x), higher));
    return select((order >= V(0)) & (n == n), y, V(std::numeric_limits<real>::quiet_NaN()));
  }
  template <class V> static constexpr std::array<V, 2> partials(V n, V x, V) {
    return {V(0), operation<polygamma>{}(n + V(1), x)};
  }
  static constexpr std::array samples{std::array{0.0, 1.75}, std::array{1.0, 0.5}, std::array{2.0, 3.0},
                                      std::array{2.0, -0.75}, std::array{3.0, 9.5}};
  static constexpr double max_ulp = 16;

private:
  template <class V> static constexpr V lowest(V x);
  template <class V> static constexpr V factorial(V n) {
    using scalar::any, scalar::select;
    V product(1);
    for (int k = 2; k < 172 && any(n >= V(static_cast<scalar::real_of<V>>(k))); ++k)
      product =
          select(n >= V(static_cast<scalar::real_of<V>>(k)), product * V(static_cast<scalar::real_of<V>>(k)), product);
    return product;
  }
  /// The sum of (x + k)^-s over k = 0, 1, ...
  template <class V> static constexpr V zeta(V s, V x) {
    using real = scalar::real_of<V>;
    using scalar::any, scalar::select;
    using std::pow;
    V r = select(x >= V(-512), x, V(std::numeric_limits<real>::quiet_NaN())), sum(0);
    const V enough = select(s < V(172), s, V(172)) + V(scalar::wide<V> ? 64 : 16);
    for (auto step = r < enough; any(step); step = r < enough) {
      sum = select(step, sum + pow(r, -s), sum);
      r = select(step, r + V(1), r);
    }
    const V last = pow(r, -s), z = V(1) / (r * r);
    V term = last * s / r, tail = last * (r / (s - V(1)) + V(0.5));
    constexpr double bernoulli[]{1.0 / 12,
                                 -1.0 / 720,
                                 1.0 / 30240,
                                 -1.0 / 1209600,
                                 1.0 / 47900160,
                                 -5.28419013868749319e-10,
                                 1.33825365306846789e-11,
                                 -3.38968029632258288e-13}; // B(2 j) / (2 j)!
    for (int j = 0; j < 8; ++j) {
      tail = tail + V(static_cast<real>(bernoulli[j])) * term;
      term = term * (s + V(static_cast<real>(2 * j + 1))) * (s + V(static_cast<real>(2 * j + 2))) * z;
    }
    return sum + tail;
  }
};

} // namespace ops
inline constexpr operation<ops::trigamma> trigamma{};
inline constexpr operation<ops::polygamma> polygamma{};

namespace ops {
template <class V> constexpr std::array<V, 1> trigamma::partials(V x, V) { return {fluxpp::polygamma(V(2), x)}; }
} // namespace ops
} // namespace fluxpp::inline v0_1

#include "fluxpp/ops/digamma.hpp" // completes what is declared above
