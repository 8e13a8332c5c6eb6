// SPDX-License-Identifier: MIT
#pragma once
// The complementary error function of a batch.

#include <fluxpp/simd/hyperbolic.hpp>

namespace fluxpp::inline v0_1::simd {
/// erfc(x): 1 - erf(x), precise in the tail too.
/// accuracy 4 ulp
/// source   Shepherd & Laframboise 1981, Math. Comp. 36(153): (1 + 2 x) exp(x^2) erfc(x) in t = (x - c) / (x + c)
template <class T> batch<T> erfc(batch<T> x) {
  constexpr T zero = sizeof(T) == 4 ? T(10.5) : T(27.5), c = sizeof(T) == 4 ? T(2.75) : T(3.75);
  const batch<T> a = clamp(abs(x), T(0), zero), t = (a - c) / (a + c);
  batch<T> p; // 2^-25 and 2^-56
  if constexpr (sizeof(T) == 4)
    p = horner(t, 0.000429962296f, 0.00186390895f, -0.00294347783f, -0.0105553828f, 0.0524119064f, -0.114471979f,
               0.144895822f, -0.0713080838f, -0.130462125f, 1.25880361f);
  else
    p = horner(t, -2.2885738104283479e-09, -5.6085249536117728e-10, 3.2724391210531308e-08, 1.5078566050625352e-08,
               -2.5286433850475378e-07, -4.7032381199368513e-08, 1.7487029174810997e-06, -9.8093039146717067e-07,
               -1.1443498029134038e-05, 2.2387572503634927e-05, 5.1649155365285117e-05, -0.00029015504478980772,
               0.00029371359745705299, 0.0017556260295523852, -0.0097465795416949944, 0.028362277399320367,
               -0.058693398591449564, 0.092304321161587433, -0.10880393014165633, 0.08227673849011076,
               0.0035854154854627136, -0.14024059858554666, 1.2375126308378275);
  const auto square = two_product(a, a);
  const batch<T> d = a + a + T(1), most = d - T(1), lost = (T(1) - (d - most)) + (a + a - most);
  const auto [n, r] = remove_ln2(-square.hi, -(square.lo + lost / d));
  const batch<T> tail = p / d * scale(exp_minus_one_near_zero(r) + T(1), n);
  return select(abs(x) < T(0.75), T(1) - erf_near_zero(x), select(x < T(0), T(2) - tail, tail));
}
} // namespace fluxpp::inline v0_1::simd
