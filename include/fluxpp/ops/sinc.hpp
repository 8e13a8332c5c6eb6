// SPDX-License-Identifier: MIT
#pragma once
// sinc: the cardinal sine.
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sin.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// sinc(x): sin(pi x) / (pi x), elementwise, 1 at 0 and exactly 0 at all other integers.
/// grad     (cos(pi x) - sinc(x)) / x, by its series near 0; grad at 0 is 0
/// accuracy 4 ulp
struct sinc : elementwise<1> {
  static constexpr auto name = "sinc";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::floor, std::nearbyint, std::sin;
    const V pi = V(std::numbers::pi_v<scalar::real_of<V>>), whole = nearbyint(x), half = whole * V(0.5);
    const V sine = sin(pi * (x - whole)), y = select(floor(half) == half, sine, -sine) / (pi * x);
    return select(x == V(0), V(1), y);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V y) {
    const V pi = V(std::numbers::pi_v<scalar::real_of<V>>), t = pi * x, z = t * t, central = fluxpp::less(z, V(0.25));
    const V divisor = fluxpp::select(central, V(1), x);
    return {fluxpp::select(central, pi * t * slope(z), (fluxpp::cos(t) - y) / divisor)};
  }
  static constexpr std::array samples{-2.25, -0.5, -0.125, 0.0625, 1.5};
  static constexpr double max_ulp = 4;

private:
  /// d sinc / dt / t, of z = t^2: the sum of (-1)^k 2 k z^(k - 1) / (2 k + 1)!, for z < 1/4.
  template <class V> static constexpr V slope(V z) {
    constexpr double c[]{-1.0 / 3,       1.0 / 30,        -1.0 / 840,        1.0 / 45360,
                         -1.0 / 3991680, 1.0 / 518918400, -1.0 / 93405312000};
    V sum = V(static_cast<scalar::real_of<V>>(c[6]));
    for (int k = 5; k >= 0; --k) sum = sum * z + V(static_cast<scalar::real_of<V>>(c[k]));
    return sum;
  }
};

} // namespace ops
inline constexpr operation<ops::sinc> sinc{};
} // namespace fluxpp::inline v0_1
