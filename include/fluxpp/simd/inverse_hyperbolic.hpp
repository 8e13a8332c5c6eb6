// SPDX-License-Identifier: MIT
#pragma once
// Inverse hyperbolic functions of a batch, as logarithms of one plus what is small where they are.

#include <fluxpp/simd/exponential.hpp>

namespace fluxpp::inline v0_1::simd {
/// log_of_double(x): log(2 x) for x >= 1.
template <class T> batch<T> log_of_double(batch<T> x) { return log(x) + T(0.69314718055994531); }

/// huge<T>: from here on, x^2 + 1 and x^2 - 1 are x^2.
template <element T> inline constexpr T huge = sizeof(T) == 4 ? T(1e5) : T(1e9);

/// asinh(x): the number whose hyperbolic sine is x.
/// accuracy 3 ulp
template <class T> batch<T> asinh(batch<T> x) {
  const batch<T> size = abs(x), a = clamp(size, T(0), huge<T>), z = a * a;
  const batch<T> y = log1p(a + z / (T(1) + sqrt(z + T(1))));
  return copysign(select(size > huge<T>, log_of_double(size), y), x);
}

/// acosh(x): the number >= 0 whose hyperbolic cosine is x; NaN below 1.
/// accuracy 3 ulp
template <class T> batch<T> acosh(batch<T> x) {
  const batch<T> t = x - T(1), y = log1p(t + sqrt(t * (t + T(2))));
  return select(x > huge<T>, log_of_double(x), select(x < T(1), not_a_number<T>, y));
}

/// atanh(x): the number whose hyperbolic tangent is x; infinite at -1 and 1, NaN beyond.
/// accuracy 3 ulp
template <class T> batch<T> atanh(batch<T> x) {
  const batch<T> size = abs(x);
  return copysign(T(0.5) * log1p((size + size) / (T(1) - size)), x);
}
} // namespace fluxpp::inline v0_1::simd
