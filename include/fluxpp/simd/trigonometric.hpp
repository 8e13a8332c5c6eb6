// SPDX-License-Identifier: MIT
#pragma once
// Sines, tangents and their inverses for a batch; radians.

#include <fluxpp/simd/parts.hpp>

namespace fluxpp::inline v0_1::simd {
/// half_pi<T>: pi / 2 in parts, largest first. Subtracting a part times the quadrant is exact, thanks to the fused
/// multiply-add or else to short parts; `reach` is the largest angle for which this holds.
template <element T> struct half_pi {
  static constexpr T parts[4] = {fused<T> ? 0 : 1.5703125f, fused<T> ? 1.57079637f : 0.000483751297f,
                                 fused<T> ? -4.37113883e-08f : 7.54953362e-08f,
                                 fused<T> ? -1.71512451e-15f : 2.56334407e-12f};
  static constexpr T reach = fused<T> ? 100000 : 12000;
};
template <> struct half_pi<double> {
  static constexpr double parts[4] = {0, fused<double> ? 1.5707963267948966 : 1.5707963267341256,
                                      fused<double> ? 6.123233995736766e-17 : 6.077100506303966e-11,
                                      fused<double> ? -1.4973849048591698e-33 : 2.0222662487959506e-21};
  static constexpr double reach = 1.5e6;
};

/// quadrant<T>: an angle as (n quarter turns) + hi + lo, |hi| <= pi / 4; `number` holds n in its low bits.
template <element T> struct quadrant {
  words<T> number;
  batch<T> hi, lo;
};
template <class T> quadrant<T> quadrant_of(batch<T> x) {
  constexpr auto& part = half_pi<T>::parts;
  const batch<T> n = nearest(x * T(0.63661977236758134));
  batch<T> t = x;
  if constexpr (part[0] != 0) t = fnma(n, part[0], t);
  t = fnma(n, part[1], t);
  const batch<T> w = n * part[2], hi = t - w;
  const batch<T> lost = fused<T> ? fma(n, part[2], -w) : batch<T>(T(0)), lo = ((t - hi) - w) - lost;
  const auto sum = two_sum(hi, fnma(n, part[3], lo));
  return {integer_words(n), sum.hi, sum.lo};
}

/// sin_near_zero(hi, lo), cos_near_zero(hi, lo): for |hi| <= pi / 4; 2^-27 in float, 2^-57 in double.
template <class T> batch<T> sin_near_zero(batch<T> hi, batch<T> lo) {
  const batch<T> z = hi * hi;
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, -0.000195139772f, 0.00833215099f, -0.166666538f);
  else
    p = horner(z, 1.5895574994029398e-10, -2.5050736772825614e-08, 2.7557313553345976e-06, -0.00019841269829400205,
               0.008333333333321891, -0.1666666666666663);
  return hi + fma(hi * z, p, lo);
}
template <class T> batch<T> cos_near_zero(batch<T> hi, batch<T> lo) {
  const batch<T> z = hi * hi, half = z * T(0.5), w = T(1) - half;
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, 2.44317107e-05f, -0.00138873036f, 0.0416666456f);
  else
    p = horner(z, -1.136067770295266e-11, 2.0875747677948519e-09, -2.7557314575070587e-07, 2.4801587290455361e-05,
               -0.0013888888888876144, 0.041666666666666616);
  return w + (((T(1) - w) - half) + fnma(hi, lo, z * z * p));
}

/// odd(w): whether each word is an odd integer.
template <class T> mask<T> odd(words<T> w) {
  const words<T> one(std::bit_cast<word<T>>(T(1)));
  return from_words<T>((w << static_cast<int>(8 * sizeof(T) - 1)) | one) < batch<T>(T(0));
}

/// negate_where(y, w): y with its sign flipped where the top bit of w is set.
template <class T> batch<T> negate_where(batch<T> y, words<T> w) {
  return from_words<T>(to_words(y) ^ (w & words<T>(sign_bit<T>)));
}

/// second_bit(w): w with bit 1 moved to the top.
template <class T> words<T> second_bit(words<T> w) { return w << static_cast<int>(8 * sizeof(T) - 2); }

/// sin(x): the sine. Beyond |x| = `half_pi<T>::reach` lane by lane with the C library.
/// accuracy 1 ulp
template <class T> batch<T> sin(batch<T> x) {
  const batch<T> size = abs(x);
  if (any(size > half_pi<T>::reach)) return lane_by_lane([](T v) { return std::sin(v); }, x);
  const auto [n, hi, lo] = quadrant_of(size);
  const batch<T> y = select(odd<T>(n), cos_near_zero(hi, lo), sin_near_zero(hi, lo));
  return negate_where(y, second_bit<T>(n) ^ to_words(x));
}

/// cos(x): the cosine. Beyond |x| = `half_pi<T>::reach` lane by lane with the C library.
/// accuracy 1 ulp
template <class T> batch<T> cos(batch<T> x) {
  if (any(abs(x) > half_pi<T>::reach)) return lane_by_lane([](T v) { return std::cos(v); }, x);
  const auto [n, hi, lo] = quadrant_of(x);
  const batch<T> y = select(odd<T>(n), sin_near_zero(hi, lo), cos_near_zero(hi, lo));
  return negate_where(y, second_bit<T>(n + words<T>(1)));
}

/// tan(x): the tangent. Beyond |x| = `half_pi<T>::reach` lane by lane with the C library.
/// accuracy 3 ulp
template <class T> batch<T> tan(batch<T> x) {
  const batch<T> size = abs(x);
  if (any(size > half_pi<T>::reach)) return lane_by_lane([](T v) { return std::tan(v); }, x);
  const auto [n, hi, lo] = quadrant_of(size);
  const batch<T> s = sin_near_zero(hi, lo), c = cos_near_zero(hi, lo);
  const mask<T> swapped = odd<T>(n);
  return negate_where(select(swapped, -c, s) / select(swapped, s, c), to_words(x));
}

/// right_angle<T>: pi / 2 = hi + lo to twice the precision.
template <element T> struct right_angle { static constexpr T hi = 1.57079637f, lo = -4.37113883e-08f; };
template <> struct right_angle<double> { static constexpr double hi = 1.5707963267948966, lo = 6.123233995736766e-17; };

/// asin_rest(z): (asin(x) / x - 1) for z = x^2 <= 1/4; 2^-27 in float, 2^-59 in double.
template <class T> batch<T> asin_rest(batch<T> z) {
  if constexpr (sizeof(T) == 4)
    return z * horner(z, 0.0421679579f, 0.0241785739f, 0.0454705469f, 0.0749529675f, 0.166667521f);
  else
    return z * horner(z, 0.032628057848579292, -0.020998046967365978, 0.021706649202119749, 0.0037067701713133206,
                      0.010780148240678522, 0.01139893242062032, 0.013980817898746938, 0.017351612249086608,
                      0.022372214973709781, 0.030381942708313549, 0.044642857174599718, 0.074999999999708147,
                      0.1666666666666676);
}

/// asin(x): the arc sine, in [-pi / 2, pi / 2]; NaN beyond |x| = 1.
/// accuracy 3 ulp
template <class T> batch<T> asin(batch<T> x) {
  const batch<T> size = abs(x);
  const mask<T> outer = size > T(0.5);
  const batch<T> z = select(outer, fnma(size, T(0.5), T(0.5)), size * size); // asin(x) = pi/2 - 2 asin(sqrt((1-x)/2))
  const batch<T> a = select(outer, sqrt(z), size), y = fma(a, asin_rest(z), a);
  const batch<T> folded = right_angle<T>::hi - fma(y, T(2), batch<T>(-right_angle<T>::lo));
  return copysign(select(outer, folded, y), x);
}

/// acos(x): the arc cosine, in [0, pi]; NaN beyond |x| = 1.
/// accuracy 2 ulp
template <class T> batch<T> acos(batch<T> x) {
  const batch<T> size = abs(x);
  const mask<T> outer = size > T(0.5);
  const batch<T> z = select(outer, fnma(size, T(0.5), T(0.5)), size * size);
  const batch<T> a = select(outer, sqrt(z), size), y = fma(a, asin_rest(z), a), s = copysign(y, x);
  const batch<T> inner = right_angle<T>::hi - (s - right_angle<T>::lo);
  const batch<T> twice = y + y, left = T(2) * right_angle<T>::hi - (twice - T(2) * right_angle<T>::lo);
  return select(outer, select(x < T(0), left, twice), inner);
}

/// atan_of_ratio(low, high): atan(low / high) for 0 <= low <= high, not both zero or infinite; 2^-28 and 2^-57.
template <class T> batch<T> atan_of_ratio(batch<T> low, batch<T> high) {
  const mask<T> outer = low > high * T(0.41421356237309503);
  const batch<T> t = select(outer, low - high, low) / select(outer, low + high, high); // atan(t) + pi / 4
  const batch<T> z = t * t;
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, -0.0607838891f, 0.105938911f, -0.142435461f, 0.199984729f, -0.333333164f);
  else
    p = horner(z, -0.017905110184379097, 0.03806225959693061, -0.050391976375616147, 0.058478615114020485,
               -0.066630996115186469, 0.076920597632756244, -0.090908977284525919, 0.11111110782289656,
               -0.14285714280169726, 0.19999999999953283, -0.33333333333333198);
  const batch<T> rest = fma(t * z, p, select(outer, T(0.5) * right_angle<T>::lo, T(0)));
  return select(outer, T(0.5) * right_angle<T>::hi, T(0)) + (t + rest);
}

/// atan(x): the arc tangent, in [-pi / 2, pi / 2].
/// accuracy 2 ulp
template <class T> batch<T> atan(batch<T> x) {
  const batch<T> size = abs(x);
  const mask<T> steep = size > T(1);
  const batch<T> a = atan_of_ratio(select(steep, T(1), size), select(steep, size, T(1)));
  return copysign(select(steep, right_angle<T>::hi - (a - right_angle<T>::lo), a), x);
}

/// atan2(y, x): the angle of the point (x, y), in [-pi, pi], with C's values at zeros and infinities.
/// accuracy 2 ulp
template <class T> batch<T> atan2(batch<T> y, std::type_identity_t<batch<T>> x) {
  const batch<T> rise = abs(y), run = abs(x);
  const mask<T> steep = rise > run, equal = rise == run;
  const batch<T> low = select(steep, run, rise), high = select(steep, rise, run);
  const batch<T> unit = select(high > std::numeric_limits<T>::max() / 4, T(0.25), T(1)); // low + high must not overflow
  const batch<T> ratio = atan_of_ratio(select(equal, T(1), low * unit), select(equal, T(1), high * unit));
  const batch<T> a = select(equal & (rise == T(0)), T(0), ratio);
  const batch<T> upright = select(steep, right_angle<T>::hi - (a - right_angle<T>::lo), a);
  const mask<T> left = copysign(batch<T>(T(1)), x) < T(0);
  const batch<T> turned = select(left, T(2) * right_angle<T>::hi - (upright - T(2) * right_angle<T>::lo), upright);
  return select((x != x) | (y != y), x + y, copysign(turned, y));
}
} // namespace fluxpp::inline v0_1::simd
