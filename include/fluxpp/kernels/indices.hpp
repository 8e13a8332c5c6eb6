// SPDX-License-Identifier: MIT
#pragma once
// Indices are whole numbers in the type of a program: what is read as one must be one, what counts must stay exact.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/simd/simd.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace fluxpp::inline v0_1::kernels {

/// Throws the sentence about an index that names nothing; out of line, so that the loops stay small.
[[noreturn]] inline void refuse_index(const char* call, const char* what, std::size_t position, double value,
                                      int bound) {
  char digits[400]; // as many as any number has
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
  std::string text = what;
  text.append("[").append(std::to_string(position)).append("] is ");
  text.append(value == value ? std::string(digits, end) : "NaN").append(", but must be one of 0, ... ");
  throw value_error(call, text.append(std::to_string(bound - 1)), what);
}

/// Which lanes are one of least, ... bound - 1. A sum with 2^p, p the bits of T, rounds to a whole number on every machine.
template <class T> simd::mask<T> are_indices(simd::batch<T> v, simd::batch<T> least, simd::batch<T> bound) {
  const simd::batch<T> large(static_cast<T>(std::int64_t{1} << (std::numeric_limits<T>::digits - 1)));
  return (v >= least) & (v < bound) & ((v >= large) | (v + large - large == v));
}

/// Every index must be one of least, ... bound - 1; checked before anything is written.
template <class T>
void check_indices(const char* call, const char* what, const T* index, std::size_t n, int bound, int least = 0) {
  using batch = simd::batch<T>;
  const batch first(static_cast<T>(least)), end(static_cast<T>(bound));
  simd::mask<T> fit(true);
  std::size_t i = 0;
  for (; i + batch::size <= n; i += batch::size) fit = fit & are_indices(batch::load(index + i), first, end);
  for (; i < n; ++i) fit = fit & are_indices(batch(index[i]), first, end);
  for (i = 0; i < n && !all(fit); ++i)
    if (!all(are_indices(batch(index[i]), first, end)))
      refuse_index(call, what, i, static_cast<double>(index[i]), bound);
}

/// n elements are told apart by indices in T; a float counts to 2^24.
template <class T> void require_counted(const char* call, std::int64_t n) {
  constexpr std::int64_t most = std::int64_t{1} << std::numeric_limits<T>::digits;
  if (n > most)
    throw value_error(call, "an axis of " + std::to_string(n) +
                                " elements is too long for indices of this precision; at most " + std::to_string(most));
}

} // namespace fluxpp::inline v0_1::kernels
