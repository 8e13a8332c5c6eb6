// SPDX-License-Identifier: MIT
#pragma once
// Exponentials and logarithms of a batch; polynomials are minimax (Remez), their relative errors given in bits.

#include <fluxpp/simd/parts.hpp>

namespace fluxpp::inline v0_1::simd {
/// range<T>: where e^x leaves the numbers: at `low` it is 0, at `high` infinite, and e^x - 1 is -1 at `minus_one`.
template <element T> struct range { static constexpr T low = -104, high = 89, minus_one = -18; };
template <> struct range<double> { static constexpr double low = -746, high = 710, minus_one = -38; };

/// ln2<T>: ln 2 = hi + lo, hi so short that its product with an exponent is exact.
template <element T> struct ln2 { static constexpr T hi = 0.693145751953125f, lo = 1.428606765330187e-06f; };
template <> struct ln2<double> { static constexpr double hi = 0.6931471805601177, lo = -1.7239444525614835e-13; };

/// exp_minus_one_near_zero(r): e^r - 1 for |r| <= ln(2) / 2; 2^-25.8 in float, 2^-60 in double.
template <class T> batch<T> exp_minus_one_near_zero(batch<T> r) {
  if constexpr (sizeof(T) == 4)
    return fma(r * r, horner(r, 0.00138826517f, 0.00836665463f, 0.0416672006f, 0.16666542f, 0.49999997f), r);
  else
    return fma(r * r,
               horner(r, 2.0875140903596091e-09, 2.5109196635881917e-08, 2.7557403870537628e-07, 2.7557243799636755e-06,
                      2.4801587170380339e-05, 0.00019841269886481939, 0.0013888888888963823, 0.0083333333333215111,
                      0.041666666666666505, 0.16666666666666677, 0.5),
               r);
}

/// reduced<T>: x = n ln 2 + r with |r| <= ln(2) / 2.
template <element T> struct reduced { batch<T> n, r; };
template <class T> reduced<T> remove_ln2(batch<T> x, batch<T> tail = T(0)) {
  const batch<T> n = nearest(x * T(1.4426950408889634));
  return {n, fnma(n, ln2<T>::lo, fnma(n, ln2<T>::hi, x)) + tail};
}

/// exp_scaled(x, k): 2^k e^x for x within `range`; the power never overflows before the product does.
template <class T> batch<T> exp_scaled(batch<T> x, T k) {
  const auto [n, r] = remove_ln2(x);
  return scale(exp_minus_one_near_zero(r) + T(1), n + k);
}

/// exp(x): e^x.
/// accuracy 1 ulp
template <class T> batch<T> exp(batch<T> x) { return exp_scaled(clamp(x, range<T>::low, range<T>::high), T(0)); }

/// exp2(x): 2^x.
/// accuracy 1 ulp
template <class T> batch<T> exp2(batch<T> x) {
  const T limit = T(exponent_bias<T> + fraction_bits<T> + 4);
  const batch<T> y = clamp(x, -limit, limit), n = nearest(y);
  return scale(exp_minus_one_near_zero((y - n) * T(0.69314718055994531)) + T(1), n);
}

/// exp_minus_one(x): e^x - 1 for x within [minus_one, high]; expm1 but for the sign of zero.
template <class T> batch<T> exp_minus_one(batch<T> x) {
  const auto [n, r] = remove_ln2(x);
  const batch<T> half_power = power_of_two(n - T(1)); // 2^n itself may overflow
  return T(2) * fma(half_power, exp_minus_one_near_zero(r), half_power - T(0.5));
}

/// expm1(x): e^x - 1, as precise near 0 as elsewhere.
/// accuracy 2 ulp
template <class T> batch<T> expm1(batch<T> x) {
  const mask<T> tiny = abs(x) < std::numeric_limits<T>::epsilon() / 4;
  return select(tiny, x, exp_minus_one(clamp(x, range<T>::minus_one, range<T>::high)));
}

/// log_rest(f, h): log(1 + f) - f + h, where h = f^2 / 2 and 1 + f is within [sqrt(1/2), sqrt(2)]; 2^-27 and 2^-58.
/// source   the double form: P. T. P. Tang 1990, Table-driven implementation of the logarithm, with s = f / (2 + f)
template <class T> batch<T> log_rest(batch<T> f, batch<T> h) {
  if constexpr (sizeof(T) == 4)
    return f * f * f *
           horner(f, -0.0763481855f, 0.12761867f, -0.131601766f, 0.142017096f, -0.16623354f, 0.200012296f,
                  -0.250008225f, 0.333333313f);
  else {
    const batch<T> s = f / (f + T(2)), z = s * s;
    const batch<T> p = horner(z, 0.073979936709303501, 0.076570238078121744, 0.090917821983583974, 0.11111099286499843,
                              0.14285714371186853, 0.19999999999707416, 0.3333333333333367);
    return s * fma(z * T(2), p, h);
  }
}

/// with_limits_of_log(y, x): y where x is positive and finite; else -inf at 0, inf at inf, NaN below 0 and at NaN.
template <class T> batch<T> with_limits_of_log(batch<T> y, batch<T> x) {
  const batch<T> limit = select(x == T(0), -infinity<T>, select(x > T(0), x, not_a_number<T>));
  return select((x > T(0)) & (x < infinity<T>), y, limit);
}

/// log_of(x, tail): log(x) + tail, with log's own values at 0, infinity and below zero.
template <class T> batch<T> log_of(batch<T> x, batch<T> tail) {
  const auto [m, e] = split(x);
  const batch<T> f = m - T(1), h = f * f * T(0.5);
  const batch<T> low = fma(e, ln2<T>::lo, log_rest(f, h) + tail);
  return with_limits_of_log(fma(e, ln2<T>::hi, f - (h - low)), x);
}

/// log(x): natural logarithm; -inf at 0, NaN below.
/// accuracy 1 ulp
template <class T> batch<T> log(batch<T> x) { return log_of(x, batch<T>(T(0))); }

/// log1p(x): log(1 + x), as precise near 0 as elsewhere.
/// accuracy 1 ulp
template <class T> batch<T> log1p(batch<T> x) {
  const batch<T> u = x + T(1);
  const batch<T> lost = (x - (u - T(1))) / u; // what rounding took from 1 + x
  return select((x == T(0)) | (x == infinity<T>), x, log_of(u, select(u > T(0), lost, T(0))));
}

/// log2(x): logarithm to base 2; exact at powers of two.
/// accuracy 2 ulp
template <class T> batch<T> log2(batch<T> x) {
  constexpr T hi = T(1.4426950408889634), lo = sizeof(T) == 4 ? T(1.9259630335000111e-08) : T(2.0355273740931033e-17);
  const auto [m, e] = split(x);
  const batch<T> f = m - T(1), h = f * f * T(0.5);
  const auto product = two_product(f, batch<T>(hi));
  return with_limits_of_log(e + (product.hi + fma(log_rest(f, h) - h, hi, fma(f, lo, product.lo))), x);
}
} // namespace fluxpp::inline v0_1::simd
