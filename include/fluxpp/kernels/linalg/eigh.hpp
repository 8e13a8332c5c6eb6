// SPDX-License-Identifier: MIT
#pragma once
// Eigenvalues and eigenvectors of one symmetric matrix: reflections to three diagonals, then QL steps.
#include "fluxpp/kernels/linalg/qr.hpp"
#include "fluxpp/kernels/linalg/refusal.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// three_diagonals<T>: a symmetric matrix of three diagonals, and below it the rows of a basis.
template <class T> struct three_diagonals {
  int n;
  T *diagonal, *beside, *basis; ///< beside[i] couples i and i + 1

  T* row(int i) const { return basis + static_cast<std::ptrdiff_t>(i) * n; }
};

/// x -= a y + b z.
template <class T> void subtract_both(std::ptrdiff_t n, T a, const T* y, T b, const T* z, T* x) {
  const simd::batch<T> first(a), second(b);
  over_batches<T>(n, [&](auto load, auto store) { store(x, fnma(first, load(y), fnma(second, load(z), load(x)))); });
}

/// reduce(a, t, weight, p): t with a = basis' t basis for symmetric a, of which nothing is left.
template <class T> void reduce(T* a, const three_diagonals<T>& t, T* weight, T* p) {
  const int n = t.n;
  const auto row = [a, n](int i) { return a + static_cast<std::ptrdiff_t>(i) * n; };
  for (int k = 0; k + 1 < n; ++k) {
    const int rest = n - k - 1;
    T* const v = row(k) + k + 1;
    t.diagonal[k] = row(k)[k];
    const auto [w, image] = reflect(rest, v);
    weight[k] = w, t.beside[k] = image;
    for (int i = 0; i < rest; ++i) p[i] = w * dot(rest, row(k + 1 + i) + k + 1, v);
    add_multiple(rest, T(-0.5) * w * dot(rest, p, v), v, p);
    for (int i = 0; i < rest; ++i) subtract_both(rest, v[i], p, p[i], v, row(k + 1 + i) + k + 1);
  }
  t.diagonal[n - 1] = row(n - 1)[n - 1];
  std::fill(t.basis, t.basis + static_cast<std::ptrdiff_t>(n) * n, T(0));
  for (int i = 0; i < n; ++i) t.row(i)[i] = T(1);
  for (int k = n - 2; k >= 0; --k)
    for (int i = k + 1; i < n; ++i) apply_reflection(weight[k], n - k - 1, row(k) + k + 1, t.row(i) + k + 1);
}

/// The end of the block that begins at `first`: the next i whose coupling to i + 1 is lost in rounding.
template <class T> int block_end(const three_diagonals<T>& t, int first) {
  int i = first;
  for (; i + 1 < t.n; ++i)
    if (std::abs(t.beside[i]) <=
        std::numeric_limits<T>::epsilon() / 2 * (std::abs(t.diagonal[i]) + std::abs(t.diagonal[i + 1])))
      break;
  return i;
}

/// One implicit QL step on the block first, ... last, shifted by the eigenvalue of its upper corner next to the corner;
/// elements are at most of the order of 1, and those whose squares underflow are as good as 0.
template <class T> void ql_step(const three_diagonals<T>& t, int first, int last) {
  T *const d = t.diagonal, *const e = t.beside;
  const T half = (d[first + 1] - d[first]) / (T(2) * e[first]), root = std::hypot(half, T(1));
  T ahead = d[last] - d[first] + e[first] / (half + std::copysign(root, half));
  T c = 1, s = 1, shift = 0;
  for (int i = last - 1; i >= first; --i) {
    const T bulge = s * e[i], coupling = c * e[i], size = std::sqrt(bulge * bulge + ahead * ahead);
    e[i + 1] = size;
    if (size == T(0)) { // the block falls apart here
      d[i + 1] -= shift;
      e[last] = 0;
      return;
    }
    s = bulge / size, c = ahead / size;
    const T left = d[i + 1] - shift, turn = (d[i] - left) * s + T(2) * c * coupling;
    shift = s * turn;
    d[i + 1] = left + shift;
    ahead = c * turn - coupling;
    rotate(t.n, c, s, t.row(i), t.row(i + 1));
  }
  d[first] -= shift;
  e[first] = ahead;
  e[last] = 0;
}

/// diagonalise(n, a, values, rows, memory, ...): a = rows' diag(values) rows for symmetric a with elements of the order of
/// 1, which is lost; memory holds 3 n numbers.
template <class T>
void diagonalise(int n, T* a, T* values, T* rows, T* memory, const char* call, std::ptrdiff_t matrix) {
  const three_diagonals<T> t{n, values, memory, rows};
  reduce(a, t, memory + n, memory + 2 * n);
  for (int first = 0, steps = 0; first < n; steps = 0, ++first)
    for (int last; (last = block_end(t, first)) > first; ++steps) {
      if (steps == 64) refuse(call, "a", "has eigenvalues that QL steps do not find", matrix);
      ql_step(t, first, last);
    }
}

/// eigh(n, a, values, vectors, memory, matrix): the values ascend, the vectors are columns; memory holds eigh_memory(n)
/// numbers.
constexpr std::size_t eigh_memory(int n) { return static_cast<std::size_t>(n) * static_cast<std::size_t>(2 * n + 3); }
template <class T> void eigh(int n, const T* given, T* values, T* vectors, T* memory, std::ptrdiff_t matrix) {
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(n) * n;
  T *const a = memory, *const rows = memory + size;
  const auto row = [rows, n](int i) { return rows + static_cast<std::ptrdiff_t>(i) * n; };
  if (n == 0) return;
  require_finite("eigh(a)", given, size, matrix);
  const T unit = unit_for(size, given);
  std::transform(given, given + size, a, [unit](T x) { return unit * x; });
  diagonalise(n, a, values, rows, memory + 2 * size, "eigh(a)", matrix);
  for (int i = 0; i < n; ++i) {
    const int least = static_cast<int>(std::min_element(values + i, values + n) - values);
    std::swap(values[i], values[least]);
    if (least != i) std::swap_ranges(row(i), row(i) + n, row(least));
    if (row(i)[largest(n, row(i))] < T(0)) multiply(n, T(-1), row(i));
    values[i] /= unit;
  }
  transpose(n, n, rows, vectors);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
