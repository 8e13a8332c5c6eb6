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

/// panel<T>: columns of a matrix on their way to l and u, rows `row` apart, and the row that each was exchanged with.
template <class T> struct panel {
  T* data;
  std::ptrdiff_t row;
  int rows, columns;
  T* exchange;

  T* at(int i, int j) const { return data + i * row + j; }
  /// What l in columns first, ... last - 1 takes from columns last, ... end - 1, of rows first + 1, ... stop - 1.
  void eliminate(int first, int last, int end, int stop) const {
    for (int i = first + 1; i < stop; ++i)
      subtract(products<T>{at(i, first), 1, at(first, last), row, std::min(i, last) - first}, end - last, at(i, last));
  }
};

/// The row at or below k with the largest element in column k; a NaN counts as none.
template <class T> int pivot_row(const panel<T>& p, int k) {
  int best = k;
  for (int i = k + 1; i < p.rows; ++i)
    if (std::abs(*p.at(i, k)) > std::abs(*p.at(best, k))) best = i;
  return best;
}

/// A few columns become l and u; rows are exchanged as a whole.
template <class T> void factor_narrow(const panel<T>& p, int first, int last) {
  for (int k = first; k < last; ++k) {
    const int best = pivot_row(p, k);
    p.exchange[k] = static_cast<T>(best);
    if (best != k) std::swap_ranges(p.at(k, 0), p.at(k, 0) + p.columns, p.at(best, 0));
    const T pivot = *p.at(k, k);
    for (int i = k + 1; i < p.rows && pivot != T(0); ++i) {
      const T l = *p.at(i, k) /= pivot;
      for (int j = k + 1; j < last; ++j) *p.at(i, j) = scalar::fnma(l, *p.at(k, j), *p.at(i, j));
    }
  }
}
template <class T> void factor_panel(const panel<T>& p) {
  constexpr int narrow = 8;
  for (int first = 0; first < p.columns; first += narrow) {
    const int last = std::min(first + narrow, p.columns);
    factor_narrow(p, first, last);
    p.eliminate(first, last, p.columns, p.rows);
  }
}

/// lu_factor(n, a, memory, parallel): the factors of a in its place and one row more; memory: triangle_memory(n) numbers.
/// Panels are factored in memory of their own, where rows do not compete for the same part of a cache.
template <class T> void lu_factor(int n, T* a, T* memory, bool parallel) {
  const panel<T> all{a, n, n, n, a + static_cast<std::ptrdiff_t>(n) * n};
  if (n <= block) return factor_panel(all);
  for (int k = 0; k < n; k += block) {
    const int end = std::min(k + block, n), size = end - k;
    const panel<T> part{memory, size, n - k, size, all.exchange + k};
    for (int i = k; i < n; ++i) std::copy_n(all.at(i, k), size, part.at(i - k, 0));
    factor_panel(part);
    for (int i = k; i < n; ++i) std::copy_n(part.at(i - k, 0), size, all.at(i, k));
    for (int i = k; i < end; ++i) {
      const int other = static_cast<int>(all.exchange[i] += static_cast<T>(k));
      if (other == i) continue;
      std::swap_ranges(all.at(i, 0), all.at(i, k), all.at(other, 0));
      std::swap_ranges(all.at(i, 0) + end, all.at(i, 0) + n, all.at(other, 0) + end);
    }
    if (end == n) return;
    all.eliminate(k, end, n, end);
    multiply(static_cast<std::ptrdiff_t>(n - end) * size, T(-1), part.at(size, 0));
    gemm(n - end, n - end, size, strided<T>{part.at(size, 0), size, 1}, strided<T>{all.at(k, end), n, 1},
         all.at(end, end), n, true, parallel);
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
