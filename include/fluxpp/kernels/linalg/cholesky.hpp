// SPDX-License-Identifier: MIT
#pragma once
// The Cholesky factorisation of one matrix.
#include "fluxpp/kernels/linalg/refusal.hpp"
#include "fluxpp/kernels/linalg/triangular.hpp"

#include <utility>

namespace fluxpp::inline v0_1::kernels::linalg {

/// factor_rows(n, a, first, last): rows of the upper triangle u with u' u = a in its place, given those before
/// them that still count; -1, or the pivot that is not positive.
template <class T> int factor_rows(int n, T* a, int first, int last) {
  const auto at = [a, n](int i, int j) { return a + static_cast<std::ptrdiff_t>(i) * n + j; };
  for (int i = first; i < last; ++i) {
    subtract(products<T>{at(first, i), n, at(first, i), n, i - first}, n - i, at(i, i));
    const T pivot = *at(i, i);
    if (!(pivot > T(0)) || pivot > std::numeric_limits<T>::max()) return i;
    multiply(n - i, T(1) / std::sqrt(pivot), at(i, i));
  }
  return -1;
}

[[noreturn]] inline void refuse_pivot(int i, std::ptrdiff_t matrix) {
  refuse("cholesky(a)", "a", "must be positive definite: pivot " + std::to_string(i) + " is not above 0", matrix);
}

/// cholesky(n, a, memory, matrix, parallel): the lower triangle l with l l' = a in its place and zeros above, from the
/// upper triangle of a; memory holds triangle_memory(n) numbers.
template <class T> void cholesky(int n, T* a, T* memory, std::ptrdiff_t matrix, bool parallel) {
  const auto at = [a, n](int i, int j) { return a + static_cast<std::ptrdiff_t>(i) * n + j; };
  require_finite("cholesky(a)", a, static_cast<std::ptrdiff_t>(n) * n, matrix);
  for (int k = 0; k < n; k += block) {
    const int end = std::min(k + block, n), size = end - k;
    if (const int bad = factor_rows(n, a, k, end); bad >= 0) refuse_pivot(bad, matrix);
    for (int i = end; i < n; i += block) { // what these rows take from those below, block by block
      const int rows = std::min(block, n - i);
      for (int p = 0; p < size; ++p)
        for (int r = 0; r < rows; ++r) memory[p * rows + r] = -*at(k + p, i + r);
      gemm(rows, n - i, size, strided<T>{memory, 1, rows}, strided<T>{at(k, i), n, 1}, at(i, i), n, true, parallel);
    }
  }
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j) *at(j, i) = std::exchange(*at(i, j), T(0));
}

} // namespace fluxpp::inline v0_1::kernels::linalg
