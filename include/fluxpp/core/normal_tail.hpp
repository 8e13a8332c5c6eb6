// SPDX-License-Identifier: MIT
#pragma once
// What erfc, erfcx and the normal distribution share far from 0: the tail over its exponential, and that exponential.
#include "fluxpp/core/scalar.hpp"

#include <numbers>

namespace fluxpp::inline v0_1::scalar {

/// Where erfc underflows; from there on a series is as good as a polynomial.
template <class V>
inline constexpr real_of<V> end_of_tail = sizeof(real_of<V>) == 4 ? real_of<V>(10.5) : real_of<V>(27.5);

/// tail_shape(a): (1 + 2 a) exp(a^2) erfc(a) for 0 <= a <= end_of_tail; 2^-25 and 2^-56.
/// source   Shepherd & Laframboise 1981, Math. Comp. 36(153): a polynomial in t = (a - c) / (a + c)
template <class V> constexpr V tail_shape(V a) {
  constexpr auto c = static_cast<real_of<V>>(sizeof(real_of<V>) == 4 ? 2.75 : 3.75);
  const V t = (a - V(c)) / (a + V(c));
  if constexpr (sizeof(real_of<V>) == 4)
    return horner(t, 0.000429962296f, 0.00186390895f, -0.00294347783f, -0.0105553828f, 0.0524119064f, -0.114471979f,
                  0.144895822f, -0.0713080838f, -0.130462125f, 1.25880361f);
  else
    return horner(t, -2.2885738104283479e-09, -5.6085249536117728e-10, 3.2724391210531308e-08, 1.5078566050625352e-08,
                  -2.5286433850475378e-07, -4.7032381199368513e-08, 1.7487029174810997e-06, -9.8093039146717067e-07,
                  -1.1443498029134038e-05, 2.2387572503634927e-05, 5.1649155365285117e-05, -0.00029015504478980772,
                  0.00029371359745705299, 0.0017556260295523852, -0.0097465795416949944, 0.028362277399320367,
                  -0.058693398591449564, 0.092304321161587433, -0.10880393014165633, 0.08227673849011076,
                  0.0035854154854627136, -0.14024059858554666, 1.2375126308378275);
}

/// exp_of_square(c, x): exp(c x^2) for |x| < 64, without the rounding of x^2: the square of some leading bits is exact.
template <class V> constexpr V exp_of_square(real_of<V> c, V x) {
  using std::exp, std::nearbyint;
  const V m = nearbyint(x * V(128)) * V(0.0078125);
  return exp(V(c) * m * m) * exp(V(c) * (x - m) * (x + m));
}

} // namespace fluxpp::inline v0_1::scalar
