// SPDX-License-Identifier: MIT
#pragma once
// The parts that elementary functions are made of: bits of a number, powers of two, polynomials, exact products.

#include <fluxpp/simd/batch.hpp>

#include <limits>

namespace fluxpp::inline v0_1::simd {
/// words<T>: the bit patterns of a batch<T>.
template <element T> using words = backend::vector<word<T>>;

template <element T> inline constexpr int fraction_bits = std::numeric_limits<T>::digits - 1;
template <element T> inline constexpr int exponent_bias = std::numeric_limits<T>::max_exponent - 1;
template <element T> inline constexpr word<T> sign_bit = word<T>{1} << (8 * sizeof(T) - 1);
template <element T> inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <element T> inline constexpr T not_a_number = std::numeric_limits<T>::quiet_NaN();

template <class T> words<T> to_words(batch<T> x) { return std::bit_cast<words<T>>(x.raw); }
template <class T> batch<T> from_words(words<T> w) { return batch<T>::wrap(std::bit_cast<backend::vector<T>>(w)); }

/// abs(x), sqrt(x), floor(x): exact, or correctly rounded, by the machine.
template <class T> batch<T> abs(batch<T> x) { return batch<T>::wrap(backend::magnitude<T>(x.raw)); }
template <class T> batch<T> sqrt(batch<T> x) { return batch<T>::wrap(backend::root<T>(x.raw)); }
template <class T> batch<T> floor(batch<T> x) { return batch<T>::wrap(backend::round_down<T>(x.raw)); }

/// clamp(x, low, high): x between two bounds; NaN stays NaN.
template <class T> batch<T> clamp(batch<T> x, T low, T high) {
  using native = backend::native<T>;
  const batch<T> a(low), b(high);
  if constexpr (requires(native v) { backend::clamped(v, v, v); })
    return batch<T>::wrap(backend::clamped(native(x.raw), native(a.raw), native(b.raw)));
  else return select(x < a, a, select(x > b, b, x));
}

/// nearest(x): the nearest integer, even on a tie.
template <class T> batch<T> nearest(batch<T> x) { return batch<T>::wrap(backend::round_even<T>(x.raw)); }

/// copysign(x, s): the magnitude of x with the sign of s, that of zeros and NaNs included.
template <class T> batch<T> copysign(batch<T> x, std::type_identity_t<batch<T>> s) {
  const words<T> sign(sign_bit<T>), rest(static_cast<word<T>>(~sign_bit<T>));
  return from_words<T>((to_words(x) & rest) | (to_words(s) & sign));
}

/// horner(x, c...): the polynomial with coefficients c, that of the highest power first.
template <class T, class... Coefficient> batch<T> horner(batch<T> x, T first, Coefficient... rest) {
  batch<T> p(first);
  ((p = fma(p, x, batch<T>(rest))), ...);
  return p;
}

/// integer_words(n): words whose low bits are the integer n, |n| < 2^(fraction_bits - 2).
template <class T> words<T> integer_words(batch<T> n, int add = 0) {
  constexpr T one_and_a_half = static_cast<T>(word<T>{3} << (fraction_bits<T> - 1));
  return to_words(n + batch<T>(one_and_a_half + static_cast<T>(add)));
}

/// power_of_two(n): 2^n for an integer n, where 2^n is a normal number.
template <class T> batch<T> power_of_two(batch<T> n) {
  return from_words<T>(integer_words(n, exponent_bias<T>) << fraction_bits<T>);
}

/// scale(x, n): x 2^n for an integer n with |n| < 2 exponent_bias, rounded once, overflow and underflow included.
template <class T> batch<T> scale(batch<T> x, batch<T> n) {
  using native = backend::native<T>;
  if constexpr (requires(native v) { backend::scaled(v, v); })
    return batch<T>::wrap(backend::scaled(native(x.raw), native(n.raw)));
  else {
    const batch<T> half = floor(n * T(0.5));
    return x * power_of_two(half) * power_of_two(n - half);
  }
}

/// binary<T>: a number as mantissa * 2^exponent.
template <element T> struct binary { batch<T> mantissa, exponent; };

/// split(x): x = mantissa 2^exponent, the mantissa from sqrt(1/2) to sqrt(2), for finite x > 0, even subnormal ones.
template <class T> binary<T> split(batch<T> x) {
  using native = backend::native<T>;
  if constexpr (requires(native v) { backend::exponent_of(v); }) {
    const auto m = batch<T>::wrap(backend::mantissa_of(native(x.raw))); // in [1, 2)
    const auto e = batch<T>::wrap(backend::exponent_of(native(x.raw)));
    const mask<T> upper = m > T(1.4142135623730951);
    return {select(upper, m * T(0.5), m), select(upper, e + T(1), e)};
  } else {
    const mask<T> subnormal = x < std::numeric_limits<T>::min();
    constexpr T lift = static_cast<T>(word<T>{1} << fraction_bits<T>);
    constexpr word<T> one = std::bit_cast<word<T>>(T(1)), low = std::bit_cast<word<T>>(T(0.70710678118654752));
    constexpr word<T> fraction = (word<T>{1} << fraction_bits<T>)-1;
    const words<T> w = to_words(select(subnormal, x * lift, x)) + words<T>(one - low);
    const words<T> biased = (w >> fraction_bits<T>) | words<T>(std::bit_cast<word<T>>(lift));
    const batch<T> e = from_words<T>(biased) - (lift + T(exponent_bias<T>));
    return {from_words<T>((w & words<T>(fraction)) + words<T>(low)), select(subnormal, e - T(fraction_bits<T>), e)};
  }
}

/// sum_of_two<T>: a number hi + lo of about twice the precision, |lo| far below |hi|.
template <element T> struct sum_of_two { batch<T> hi, lo; };

/// two_sum(a, b): a + b exactly, where |a| >= |b| or a = 0 (Dekker 1971).
template <class T> sum_of_two<T> two_sum(batch<T> a, batch<T> b) {
  const batch<T> s = a + b;
  return {s, b - (s - a)};
}

/// two_product(a, b): a b exactly, barring underflow (Dekker 1971 where the machine has no fused multiply-add). The
/// product has a use that is no sum, so a compiler cannot contract it into a later one and count `lo` twice.
template <class T> sum_of_two<T> two_product(batch<T> a, batch<T> b) {
  const batch<T> p = a * b;
  if constexpr (fused<T>) return {p, fma(a, b, -p)};
  else {
    const words<T> upper(static_cast<word<T>>(~word<T>{0} << (fraction_bits<T> + 2) / 2));
    const batch<T> a_hi = from_words<T>(to_words(a) & upper), b_hi = from_words<T>(to_words(b) & upper);
    const batch<T> a_lo = a - a_hi, b_lo = b - b_hi;
    return {p, ((a_hi * b_hi - p) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo};
  }
}

/// lane_by_lane(f, x, y...): f of each lane in turn; the slow way out for arguments beyond a function's reduction.
template <class Function, class T, class... More> batch<T> lane_by_lane(Function f, batch<T> x, More... more) {
  T result[batch<T>::size];
  for (int i = 0; i < batch<T>::size; ++i) result[i] = f(x.get(i), more.get(i)...);
  return batch<T>::load(result);
}
} // namespace fluxpp::inline v0_1::simd
