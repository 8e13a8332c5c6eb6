// SPDX-License-Identifier: MIT
#pragma once
// Hyperbolic functions and the error function of a batch.

#include <fluxpp/simd/exponential.hpp>

namespace fluxpp::inline v0_1::simd {
/// half_exp(x): e^x / 2 for x >= 0; finite as long as the result is.
template <class T> batch<T> half_exp(batch<T> x) {
  constexpr T high = range<T>::high + 1;
  return exp_scaled(select(x > high, high, x), T(-1));
}

/// sinh(x): hyperbolic sine.
/// accuracy 2 ulp
template <class T> batch<T> sinh(batch<T> x) {
  const batch<T> size = abs(x), z = x * x, half = half_exp(size);
  batch<T> p; // 2^-27 and 2^-56 on [0, 1]
  if constexpr (sizeof(T) == 4) p = horner(z, 2.81694861e-06f, 0.000198361609f, 0.0083333496f, 0.166666672f);
  else
    p = horner(z, 7.7587447068068404e-13, 1.6057259912642321e-10, 2.5052123134791762e-08, 2.7557319157084198e-06,
               0.00019841269841431835, 0.0083333333333331476, 0.16666666666666669);
  return select(size > T(1), copysign(half - T(0.25) / half, x), fma(x * z, p, x));
}

/// cosh(x): hyperbolic cosine.
/// accuracy 2 ulp
template <class T> batch<T> cosh(batch<T> x) {
  const batch<T> half = half_exp(abs(x));
  return half + T(0.25) / half;
}

/// tanh(x): hyperbolic tangent.
/// accuracy 2 ulp
template <class T> batch<T> tanh(batch<T> x) {
  const batch<T> size = abs(x), twice = size + size, bound = T(44);
  const batch<T> t = exp_minus_one(select(twice > bound, bound, twice)); // tanh = t / (t + 2), t = e^2x - 1
  const batch<T> d = t + T(2), inverse = T(1) / d;
  const batch<T> y = fused<T> ? t * inverse : t / d;
  const batch<T> rest = fused<T> ? fnma(y, d, t) : batch<T>(T(0)), lost = t - (d - T(2)); // by rounding y, and d
  return copysign(fma(fnma(y, lost, rest), inverse, y), x);
}

/// erf_near_zero(x): erf(x) for |x| <= 1; 2^-28 and 2^-56.
template <class T> batch<T> erf_near_zero(batch<T> x) {
  const batch<T> z = x * x;
  if constexpr (sizeof(T) == 4)
    return fma(x,
               horner(z, 7.85369702e-05f, -0.000801014714f, 0.00518832263f, -0.0268538091f, 0.112835854f, -0.37612626f,
                      0.128379166f),
               x);
  else
    return fma(x,
               horner(z, 5.9452446394450202e-11, -1.1365656625852883e-09, 1.4657877623690562e-08,
                      -1.635002492120942e-07, 1.6460972791197726e-06, -1.4925593505441465e-05, 0.00012055331036846241,
                      -0.00085483269787409437, 0.005223977624780848, -0.026866170645072893, 0.11283791670954857,
                      -0.37612638903183748, 0.12837916709551259),
               x);
}

/// erf(x): the error function.
/// accuracy 2 ulp
template <class T> batch<T> erf(batch<T> x) {
  constexpr T one = sizeof(T) == 4 ? T(3.93) : T(5.93); // erf is 1 from here on
  const batch<T> size = abs(x), a = select(size > one, one, size);
  batch<T> outer; // log(1 - erf(a)) for a >= 1; 2^-28 and 2^-57
  if constexpr (sizeof(T) == 4) {
    outer = horner(a, -1.73692388e-05f, 0.00038444961f, -0.00389334606f, 0.0242916625f, -0.106847361f, -0.634789884f,
                   -1.1287303f, -3.39080862e-06f);
  } else {
    outer = horner(a, 5.8701523626991274e-17, -4.634665713389927e-15, 1.7324485494135385e-13, -4.0784948569426277e-12,
                   6.7848551674078452e-11, -8.4814751897931189e-10, 8.2679871612252893e-09, -6.4343131802066716e-08,
                   4.0547375558950122e-07, -2.082648089171567e-06, 8.7004948974834318e-06, -2.9106034807673571e-05,
                   7.4542230204168464e-05, -0.00012665132969755301, 4.2366622193479708e-05, 0.0005321514779173831,
                   -0.0016600738828540364, 0.00019487989112893764, 0.019129835333880598, -0.10277034616739787,
                   -0.63662130228272207, -1.1283787179516882, -5.4300615908437804e-08);
  }
  const batch<T> tail = T(1) - exp_scaled(outer, T(0));
  return select(size < T(1), erf_near_zero(x), copysign(tail, x));
}
} // namespace fluxpp::inline v0_1::simd
