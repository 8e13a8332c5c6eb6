// SPDX-License-Identifier: MIT
#pragma once
// Rounding of a batch to integers, and the rest of a division.

#include <fluxpp/simd/parts.hpp>

namespace fluxpp::inline v0_1::simd {
/// ceil(x), trunc(x), nearbyint(x): up, towards zero, to the nearest integer (even on a tie); zeros keep their sign.
template <class T> batch<T> ceil(batch<T> x) { return copysign(floor(-x), x); }
template <class T> batch<T> trunc(batch<T> x) { return copysign(floor(abs(x)), x); }
template <class T> batch<T> nearbyint(batch<T> x) { return copysign(nearest(x), x); }

/// fmod(x, y): x less the whole multiple of y towards zero; exact, lane by lane with the C library.
template <class T> batch<T> fmod(batch<T> x, std::type_identity_t<batch<T>> y) {
  return lane_by_lane([](T a, T b) { return std::fmod(a, b); }, x, y);
}
} // namespace fluxpp::inline v0_1::simd
