// SPDX-License-Identifier: MIT
#pragma once
// The complementary error function of a batch.

#include <fluxpp/core/normal_tail.hpp>
#include <fluxpp/simd/hyperbolic.hpp>

namespace fluxpp::inline v0_1::simd {
/// erfc(x): 1 - erf(x), precise in the tail too.
/// accuracy 4 ulp
template <class T> batch<T> erfc(batch<T> x) {
  const batch<T> a = clamp(abs(x), T(0), scalar::end_of_tail<T>), p = scalar::tail_shape(a);
  const auto square = two_product(a, a);
  const batch<T> d = a + a + T(1), most = d - T(1), lost = (T(1) - (d - most)) + (a + a - most);
  const auto [n, r] = remove_ln2(-square.hi, -(square.lo + lost / d));
  const batch<T> tail = p / d * scale(exp_minus_one_near_zero(r) + T(1), n);
  return select(abs(x) < T(0.75), T(1) - erf_near_zero(x), select(x < T(0), T(2) - tail, tail));
}
} // namespace fluxpp::inline v0_1::simd
