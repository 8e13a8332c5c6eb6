// SPDX-License-Identifier: MIT
#pragma once
// The sentences about matrices that an operation cannot take.
#include "fluxpp/core/errors.hpp"

#include <cstddef>
#include <string>

namespace fluxpp::inline v0_1::kernels::linalg {

/// refuse(call, argument, requirement, matrix): value_error that names the matrix, counted over the leading axes.
[[noreturn]] inline void refuse(const char* call, const char* argument, const std::string& requirement,
                                std::ptrdiff_t matrix) {
  throw value_error(call, argument + (" " + requirement) + " (matrix " + std::to_string(matrix) + ")", argument);
}

/// require_finite(call, x, n, matrix): every element of a is a number.
template <class T> void require_finite(const char* call, const T* x, std::ptrdiff_t n, std::ptrdiff_t matrix) {
  T zero = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) zero += x[i] - x[i];
  if (zero != T(0)) refuse(call, "a", "must be finite", matrix);
}

/// require_pivot(call, pivot, i, matrix): a number on the diagonal of a triangle that is divided by.
template <class T> void require_pivot(const char* call, T pivot, int i, std::ptrdiff_t matrix) {
  if (pivot - pivot != T(0)) refuse(call, "a", "must be finite", matrix);
  if (pivot == T(0)) refuse(call, "a", "must not be singular: pivot " + std::to_string(i) + " is 0", matrix);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
