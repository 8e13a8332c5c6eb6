// SPDX-License-Identifier: MIT
#pragma once
// Indices are whole numbers in the type of a program: what is read as one must be one, what counts must stay exact.
#include "fluxpp/core/errors.hpp"

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
  text += "[" + std::to_string(position) + "] is " + (value == value ? std::string(digits, end) : "NaN");
  throw value_error(call, text + ", but must be one of 0, ... " + std::to_string(bound - 1), what);
}

/// Whether v is one of 0, ... bound - 1; a sum of comparisons, which compilers make of batches.
template <class T> bool is_index(T v, T bound) {
  const bool inside = v >= T(0) && v < bound;
  return inside & (static_cast<T>(static_cast<std::int32_t>(inside ? v : T(0))) == v);
}

/// Every index must be one of 0, ... bound - 1; checked before anything is written.
template <class T> void check_indices(const char* call, const char* what, const T* index, std::size_t n, int bound) {
  const auto end = static_cast<T>(bound);
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) fits &= is_index(index[i], end);
  for (std::size_t i = 0; i < n && !fits; ++i)
    if (!is_index(index[i], end)) refuse_index(call, what, i, static_cast<double>(index[i]), bound);
}

/// n elements are told apart by indices in T; a float counts to 2^24.
template <class T> void require_counted(const char* call, std::int64_t n) {
  constexpr std::int64_t most = std::int64_t{1} << std::numeric_limits<T>::digits;
  if (n > most)
    throw value_error(call, "an axis of " + std::to_string(n) +
                                " elements is too long for indices of this precision, " + "which end at " +
                                std::to_string(most));
}

} // namespace fluxpp::inline v0_1::kernels
