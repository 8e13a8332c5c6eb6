// SPDX-License-Identifier: MIT
#pragma once
// Powers and cube roots of a batch.

#include <fluxpp/simd/exponential.hpp>

namespace fluxpp::inline v0_1::simd {
/// log_in_two(x): log(x) as a sum of two numbers, to 2^-36 in float and 2^-68 in double, for finite x > 0.
/// source   log(m) = 2 atanh(s) with s = (m - 1) / (m + 1); products and sums after Dekker 1971
template <class T> sum_of_two<T> log_in_two(batch<T> x) {
  const auto [m, e] = split(x);
  const batch<T> f = m - T(1), d = m + T(1), d_lo = m - (d - T(1)), inverse = T(1) / d;
  const batch<T> s = f * inverse;
  const auto sd = two_product(s, d);
  const batch<T> s_lo = (((f - sd.hi) - sd.lo) - s * d_lo) * inverse;
  const auto zz = two_product(s, s);
  const batch<T> z = zz.hi, z_lo = fma(s + s, s_lo, zz.lo);
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, 0.117093861f, 0.142735615f, 0.200000763f);
  else
    p = horner(z, 0.059727524897553744, 0.058402747990472889, 0.066680023005244865, 0.076922829955331992,
               0.090909093590149759, 0.11111111109489569, 0.14285714285719012, 0.19999999999999996);
  constexpr T third = T(1.0 / 3), third_lo = sizeof(T) == 4 ? T(-9.9341077586245774e-09) : T(1.8503717077085941e-17);
  const auto c = two_sum(batch<T>(third), z * p); // atanh(s) = s + s z c
  const auto u = two_product(z, c.hi);
  const batch<T> u_lo = u.lo + fma(z, c.lo + third_lo, z_lo * c.hi);
  const auto v = two_product(s, u.hi);
  const batch<T> v_lo = v.lo + fma(s, u_lo, s_lo * u.hi);
  const auto a = two_sum(s, v.hi);
  const auto sum = two_sum(e * ln2<T>::hi, a.hi + a.hi);
  return {sum.hi, sum.lo + fma(e, ln2<T>::lo, T(2) * (a.lo + (s_lo + v_lo)))};
}

/// pow_of_magnitude(x, y): x^y for x >= 0, x and y being anything else but 1 and 0.
template <class T> batch<T> pow_of_magnitude(batch<T> x, batch<T> y) {
  const auto [hi, lo] = log_in_two(x);
  const batch<T> log_x = select(x == T(0), -infinity<T>, select(x < infinity<T>, hi, x));
  const auto p = two_product(y, log_x);
  constexpr T limit = T(1.4) * range<T>::high; // past over- and underflow, where the low part has become NaN
  const batch<T> tail = select(abs(p.hi) < limit, fma(y, lo, p.lo), T(0));
  const auto [n, r] = remove_ln2(clamp(p.hi, -limit, limit), tail);
  return scale(exp_minus_one_near_zero(r) + T(1), n);
}

/// pow(x, y): x to the power y, with C's values at zeros, infinities, NaNs and for negative x.
/// accuracy 2 ulp
template <class T> batch<T> pow(batch<T> x, std::type_identity_t<batch<T>> y) {
  const batch<T> size = abs(x), half = y * T(0.5);
  const mask<T> whole = floor(y) == y, odd = whole & (floor(half) != half);
  const batch<T> p = select(size == T(1), T(1), pow_of_magnitude(size, y));
  const batch<T> with_sign = select(odd, copysign(p, x), p);
  const batch<T> real = select((x < T(0)) & !whole & (size < infinity<T>), not_a_number<T>, with_sign);
  return select((y == T(0)) | (x == T(1)), T(1), select(y != y, y, real));
}

/// cbrt(x): the real cube root.
/// accuracy 1 ulp
template <class T> batch<T> cbrt(batch<T> x) {
  const batch<T> size = abs(x);
  const auto [m, e] = split(size);
  const batch<T> third = nearest(e * T(1.0 / 3)), rest = e - T(3) * third; // -1, 0 or 1
  const batch<T> a = m * power_of_two(rest);
  batch<T> w; // a^(-1/3), to 12 bits, then 24, then 48
  if constexpr (sizeof(T) == 4) w = horner(m, -0.15854378f, 0.713353992f, -1.28574622f, 1.73071456f);
  else
    w = horner(m, 0.12836049527453922, -0.70235142878911505, 1.5612552373314277, -1.8617997240464168,
               1.8745120249068443);
  w *= select(rest == T(0), T(1), select(rest > T(0), T(0.79370052598409974), T(1.2599210498948732)));
  for (int i = 0; i < (sizeof(T) == 4 ? 1 : 2); ++i) w = fma(w * T(1.0 / 3), fnma(a * w, w * w, T(1)), w);
  const batch<T> y = a * w * w;
  const batch<T> root = fma(fnma(y * y, y, a), w * w * T(1.0 / 3), y);
  return select((size > T(0)) & (size < infinity<T>), copysign(root * power_of_two(third), x), x);
}
} // namespace fluxpp::inline v0_1::simd
