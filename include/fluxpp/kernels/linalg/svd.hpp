// SPDX-License-Identifier: MIT
#pragma once
// The singular value decomposition of one matrix: its columns are turned until they are orthogonal.
#include "fluxpp/kernels/gemm.hpp"
#include "fluxpp/kernels/linalg/eigh.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// columns<T>: the columns of a matrix and those of the turns applied to them, each contiguous.
template <class T> struct columns {
  int m, n;
  T *of_a, *of_turn;

  T* a(int j) const { return of_a + static_cast<std::ptrdiff_t>(j) * m; }
  T* turn(int j) const { return of_turn + static_cast<std::ptrdiff_t>(j) * n; }
  void exchange(int i, int j) const {
    if (i == j) return;
    std::swap_ranges(a(i), a(i) + m, a(j));
    std::swap_ranges(turn(i), turn(i) + n, turn(j));
  }
};

/// Turns two columns so that they become orthogonal; false if they were, up to rounding.
template <class T> bool orthogonalise(const columns<T>& x, int i, int j) {
  const T square_i = dot(x.m, x.a(i), x.a(i)), square_j = dot(x.m, x.a(j), x.a(j)), both = dot(x.m, x.a(i), x.a(j));
  const T enough = std::numeric_limits<T>::epsilon() * std::sqrt(static_cast<T>(x.m));
  if (!(std::abs(both) > enough * std::sqrt(square_i) * std::sqrt(square_j))) return false;
  const T ratio = (square_j - square_i) / (T(2) * both);
  const T tangent = std::copysign(T(1), ratio) / (std::abs(ratio) + std::hypot(ratio, T(1)));
  const T c = T(1) / std::hypot(tangent, T(1)), s = c * tangent;
  rotate(x.m, c, s, x.a(i), x.a(j));
  rotate(x.n, c, s, x.turn(i), x.turn(j));
  return true;
}

/// complete(x, k): column k becomes a unit vector orthogonal to the k before it.
template <class T> void complete(const columns<T>& x, int k) {
  T* const v = x.a(k);
  for (int axis = 0; axis < x.m; ++axis) {
    std::fill(v, v + x.m, T(0));
    v[axis] = T(1);
    for (int twice = 0; twice < 2; ++twice)
      for (int j = 0; j < k; ++j) add_multiple(x.m, -dot(x.m, v, x.a(j)), x.a(j), v);
    const T size = length(x.m, v);
    if (size * size * static_cast<T>(2 * x.m) < T(1)) continue; // some axis leaves at least 1 / m
    return multiply(x.m, T(1) / size, v);
  }
}

/// start(x, lines, gram, spare): the turns become the eigenvectors of a' a, given by the lines of a'; so few are left.
template <class T> void start(const columns<T>& x, const T* lines, T* gram, T* spare, std::ptrdiff_t matrix) {
  const strided<T> rows{lines, x.m, 1}, turned{lines, 1, x.m};
  gemm(x.n, x.n, x.m, rows, turned, gram, x.n, false, false);
  const T unit = unit_for(static_cast<std::ptrdiff_t>(x.n) * x.n, gram);
  multiply(static_cast<std::ptrdiff_t>(x.n) * x.n, unit, gram);
  diagonalise(x.n, gram, spare, x.of_turn, spare + x.n, "svd(a)", matrix);
  gemm(x.n, x.m, x.n, strided<T>{x.of_turn, x.n, 1}, rows, x.of_a, x.m, false, false);
}

/// finish(x, s): unit columns in descending order of their lengths s, and signs that the turns decide.
template <class T> void finish(const columns<T>& x, T* s) {
  for (int j = 0; j < x.n; ++j) s[j] = length(x.m, x.a(j));
  for (int j = 0; j < x.n; ++j) {
    const int most = static_cast<int>(std::max_element(s + j, s + x.n) - s);
    std::swap(s[j], s[most]);
    x.exchange(j, most);
    if (x.turn(j)[largest(x.n, x.turn(j))] < T(0)) multiply(x.n, T(-1), x.turn(j)), multiply(x.m, T(-1), x.a(j));
    if (s[j] > std::numeric_limits<T>::min()) multiply(x.m, T(1) / s[j], x.a(j));
    else s[j] = 0, complete(x, j);
  }
}

/// svd(m, n, given, s, u, v, memory, matrix): given = u diag(s) v' for m >= n, s descending; memory holds
/// svd_memory(m, n) numbers.
constexpr std::size_t svd_memory(int m, int n) {
  return static_cast<std::size_t>(n) * static_cast<std::size_t>(2 * m + 2 * n + 4);
}
template <class T> void svd(int m, int n, const T* given, T* s, T* u, T* v, T* memory, std::ptrdiff_t matrix) {
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(m) * n, square = static_cast<std::ptrdiff_t>(n) * n;
  T *const lines = memory, *const gram = memory + 2 * size;
  const columns<T> x{m, n, memory + size, gram + square};
  if (n == 0) return;
  require_finite("svd(a)", given, size, matrix);
  const T unit = unit_for(size, given);
  transpose(m, n, given, lines);
  multiply(size, unit, lines);
  start(x, lines, gram, gram + 2 * square, matrix);
  bool turned = true;
  for (int sweep = 0; turned; ++sweep) {
    if (sweep == 64) refuse("svd(a)", "a", "has columns that turns do not make orthogonal", matrix);
    turned = false;
    for (int i = 0; i < n; ++i)
      for (int j = i + 1; j < n; ++j) turned |= orthogonalise(x, i, j);
  }
  finish(x, s);
  multiply(n, T(1) / unit, s);
  transpose(n, m, x.of_a, u);
  transpose(n, n, x.of_turn, v);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
