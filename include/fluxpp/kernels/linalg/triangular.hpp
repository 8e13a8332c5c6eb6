// SPDX-License-Identifier: MIT
#pragma once
// Systems with a triangle: substitution, by blocks where the triangle is large.
#include "fluxpp/kernels/gemm.hpp"
#include "fluxpp/kernels/linalg/rows.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// triangular: a triangle as it is meant: element (i, j) is at.data[i at.row + j at.col]; `unit`: its diagonal is ones.
template <class T> struct triangular {
  strided<T> at;
  bool upper, unit;

  T operator()(int i, int j) const { return at.data[i * at.row + j * at.col]; }
};

/// substitute(a, n, b, k): b = a^-1 b for n rows of k columns.
template <class T> void substitute(const triangular<T>& a, int n, T* b, std::ptrdiff_t k) {
  for (int step = 0; step < n; ++step) {
    const int i = a.upper ? n - 1 - step : step, first = a.upper ? i + 1 : 0, last = a.upper ? n : i;
    subtract(products<T>{a.at.from(i, first).data, a.at.col, b + first * k, k, last - first}, k, b + i * k);
    if (!a.unit) multiply(k, T(1) / a(i, i), b + i * k);
  }
}

/// The same for one column: by scalar products with rows of a, or by its columns, as they lie.
template <class T> void substitute_column(const triangular<T>& a, int n, T* b) {
  for (int step = 0; step < n; ++step) {
    const int i = a.upper ? n - 1 - step : step, first = a.upper ? i + 1 : 0, last = a.upper ? n : i;
    if (a.at.col == 1) b[i] -= dot(last - first, a.at.data + i * a.at.row + first, b + first);
    if (!a.unit) b[i] /= a(i, i);
    const int rest = a.upper ? 0 : i + 1, end = a.upper ? i : n;
    if (a.at.col != 1) add_multiple(end - rest, -b[i], a.at.data + i * a.at.col + rest, b + rest);
  }
}

/// solve_triangle(a, n, b, k, memory, parallel): b = a^-1 b; memory holds triangle_memory(n) numbers. a must lie by rows
/// or by columns.
constexpr std::size_t triangle_memory(int n) {
  return n > block ? static_cast<std::size_t>(block) * static_cast<std::size_t>(n) : 0;
}
template <class T> void solve_triangle(triangular<T> a, int n, T* b, int k, T* memory, bool parallel) {
  if (k == 1) return substitute_column(a, n, b);
  const int blocks = (n + block - 1) / block;
  for (int step = 0; step < blocks; ++step) {
    const int i = (a.upper ? blocks - 1 - step : step) * block, rows = std::min(block, n - i);
    const int first = a.upper ? i + rows : 0, known = a.upper ? n - first : i;
    T* const target = b + static_cast<std::ptrdiff_t>(i) * k;
    for (int r = 0; r < rows && known > 0; ++r)
      for (int j = 0; j < known; ++j) memory[static_cast<std::ptrdiff_t>(r) * known + j] = -a(i + r, first + j);
    if (known > 0)
      gemm(rows, k, known, strided<T>{memory, known, 1}, strided<T>{b + static_cast<std::ptrdiff_t>(first) * k, k, 1},
           target, k, true, parallel);
    substitute(triangular<T>{a.at.from(i, i), a.upper, a.unit}, rows, target, k);
  }
}

} // namespace fluxpp::inline v0_1::kernels::linalg
