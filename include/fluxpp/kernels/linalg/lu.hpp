// SPDX-License-Identifier: MIT
#pragma once
// The LU factorisation of one matrix with partial pivoting, and systems solved with it.
#include "fluxpp/kernels/linalg/refusal.hpp"
#include "fluxpp/kernels/linalg/triangular.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// factors<T>: l below and u on and above the diagonal of n rows, and the row that each was exchanged with.
template <class T> struct factors {
  int n;
  const T* lu;

  T pivot(int i) const { return lu[static_cast<std::ptrdiff_t>(i) * n + i]; }
  int exchange(int i) const { return static_cast<int>(lu[static_cast<std::ptrdiff_t>(n) * n + i]); }
  triangular<T> triangle(bool upper, bool transposed) const {
    const strided<T> at = transposed ? strided<T>{lu, 1, n} : strided<T>{lu, n, 1};
    return {at, upper != transposed, !upper};
  }
};

/// The row at or below k with the largest element in column k; a NaN counts as none.
template <class T> int pivot_row(int n, const T* a, int k) {
  int best = k;
  for (int i = k + 1; i < n; ++i)
    if (std::abs(a[static_cast<std::ptrdiff_t>(i) * n + k]) > std::abs(a[static_cast<std::ptrdiff_t>(best) * n + k]))
      best = i;
  return best;
}

/// A few columns of the rows from the first on become l and u; rows are exchanged as a whole.
template <class T> void factor_narrow(int n, T* a, int first, int last) {
  const auto row = [a, n](int i) { return a + static_cast<std::ptrdiff_t>(i) * n; };
  for (int k = first; k < last; ++k) {
    const int best = pivot_row(n, a, k);
    row(n)[k] = static_cast<T>(best);
    if (best != k) std::swap_ranges(row(k), row(k) + n, row(best));
    const T pivot = row(k)[k];
    for (int i = k + 1; i < n && pivot != T(0); ++i) {
      const T l = row(i)[k] /= pivot;
      for (int j = k + 1; j < last; ++j) row(i)[j] = scalar::fnma(l, row(k)[j], row(i)[j]);
    }
  }
}

/// What l in columns first, ... last - 1 takes from columns last, ... end - 1, of rows first + 1, ... stop - 1.
template <class T> void eliminate(int n, T* a, int first, int last, int end, int stop) {
  const auto at = [a, n](int i, int j) { return a + static_cast<std::ptrdiff_t>(i) * n + j; };
  for (int i = first + 1; i < stop; ++i)
    subtract(products<T>{at(i, first), 1, at(first, last), n, std::min(i, last) - first}, end - last, at(i, last));
}

/// lu_factor(n, a, memory, parallel): the factors of a in its place and one row more; memory: triangle_memory(n) numbers.
template <class T> void lu_factor(int n, T* a, T* memory, bool parallel) {
  constexpr int narrow = 8;
  const auto at = [a, n](int i, int j) { return a + static_cast<std::ptrdiff_t>(i) * n + j; };
  for (int k = 0; k < n; k += block) {
    const int end = std::min(k + block, n), size = end - k, rest = n - end;
    for (int first = k; first < end; first += narrow) {
      const int last = std::min(first + narrow, end);
      factor_narrow(n, a, first, last);
      eliminate(n, a, first, last, end, n);
    }
    if (rest == 0) return;
    eliminate(n, a, k, end, n, end);
    for (int i = end; i < n; ++i)
      for (int j = 0; j < size; ++j) memory[static_cast<std::ptrdiff_t>(i - end) * size + j] = -*at(i, k + j);
    gemm(rest, rest, size, strided<T>{memory, size, 1}, strided<T>{at(k, end), n, 1}, at(end, end), n, true, parallel);
  }
}

/// lu_solve(f, b, k, transposed, memory, parallel): b = a^-1 b, or a'^-1 b, for k columns.
template <class T> void lu_solve(const factors<T>& f, T* b, int k, bool transposed, T* memory, bool parallel) {
  const auto exchange = [&](int i) {
    T* const row = b + static_cast<std::ptrdiff_t>(i) * k;
    if (f.exchange(i) != i) std::swap_ranges(row, row + k, b + static_cast<std::ptrdiff_t>(f.exchange(i)) * k);
  };
  for (int i = 0; i < f.n && !transposed; ++i) exchange(i);
  solve_triangle(f.triangle(transposed, transposed), f.n, b, k, memory, parallel);
  solve_triangle(f.triangle(!transposed, transposed), f.n, b, k, memory, parallel);
  for (int i = f.n - 1; i >= 0 && transposed; --i) exchange(i);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
