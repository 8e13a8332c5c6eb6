// SPDX-License-Identifier: MIT
#pragma once
// The Cholesky factorisation of one matrix.
#include "fluxpp/kernels/linalg/refusal.hpp"
#include "fluxpp/kernels/linalg/triangular.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// factor_positive(n, a, row): the lower triangle l with l l' = a in its place, a small matrix whose rows begin `row`
/// apart; -1, or the pivot that is not positive.
template <class T> int factor_positive(int n, T* a, std::ptrdiff_t row) {
  for (int i = 0; i < n; ++i) {
    T* const to = a + i * row;
    for (int j = 0; j < i; ++j) to[j] = (to[j] - dot(j, to, a + j * row)) / a[j * row + j];
    const T pivot = to[i] - dot(i, to, to);
    if (!(pivot > T(0)) || pivot > std::numeric_limits<T>::max()) return i;
    to[i] = std::sqrt(pivot);
  }
  return -1;
}

/// cholesky(n, a, memory, matrix, parallel): the same for any n, and zeros above; memory holds triangle_memory(n) numbers.
template <class T> void cholesky(int n, T* a, T* memory, std::ptrdiff_t matrix, bool parallel) {
  const auto at = [a, n](int i, int j) { return a + static_cast<std::ptrdiff_t>(i) * n + j; };
  for (int k = 0; k < n; k += block) {
    const int size = std::min(block, n - k);
    if (const int bad = factor_positive(size, at(k, k), n); bad >= 0) {
      require_finite("cholesky(a)", at(k + bad, 0), k + bad + 1, matrix);
      refuse("cholesky(a)", "a", "must be positive definite: pivot " + std::to_string(k + bad) + " is not above 0",
             matrix);
    }
    for (int i = k + size; i < n; ++i)
      for (int j = 0; j < size; ++j)
        *at(i, k + j) = (*at(i, k + j) - dot(j, at(i, k), at(k + j, k))) / *at(k + j, k + j);
    for (int i = k + size; i < n; i += block) { // what the columns found take from the rest, row of blocks by row
      const int rows = std::min(block, n - i);
      for (int r = 0; r < rows; ++r)
        for (int j = 0; j < size; ++j) memory[r * size + j] = -*at(i + r, k + j);
      gemm(rows, i + rows - (k + size), size, strided<T>{memory, size, 1}, strided<T>{at(k + size, k), 1, n},
           at(i, k + size), n, true, parallel);
    }
  }
  for (int i = 0; i < n; ++i) std::fill(at(i, 0) + i + 1, at(i, 0) + n, T(0));
}

} // namespace fluxpp::inline v0_1::kernels::linalg
