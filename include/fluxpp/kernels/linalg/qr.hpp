// SPDX-License-Identifier: MIT
#pragma once
// The QR factorisation of one matrix by Householder's reflections.
#include "fluxpp/kernels/gemm.hpp"
#include "fluxpp/kernels/linalg/rows.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// reflection: 1 - weight v v' takes a vector to a multiple of the first unit vector; v begins with 1.
template <class T> struct reflection { T weight, image; };

/// reflect(n, x): the reflection of x, which becomes v; `image` is the first element of what x is taken to.
template <class T> reflection<T> reflect(std::ptrdiff_t n, T* x) {
  const T size = length(n, x), first = x[0];
  if (size == T(0)) {
    x[0] = T(1);
    return {T(0), T(0)};
  }
  const T image = first > T(0) ? -size : size;
  multiply(n - 1, T(1) / (first - image), x + 1);
  x[0] = T(1);
  return {(image - first) / image, image};
}

/// apply_reflection(weight, n, v, x): x -= weight v (v' x).
template <class T> void apply_reflection(T weight, std::ptrdiff_t n, const T* v, T* x) {
  add_multiple(n, -weight * dot(n, v, x), v, x);
}

/// reflections<T>: v of number k begins at element k of line k; its weight.
template <class T> struct reflections {
  int m, n;
  T *lines, *weight;

  T* line(int k) const { return lines + static_cast<std::ptrdiff_t>(k) * m; }
};

/// So many reflections at once are a product of matrices: 1 - v' t v, by the rows of v and an upper triangle t.
inline constexpr int reflections_at_once = 32;

/// together<T>: reflections first, ... first + count - 1 as one, on elements from `first` on; memory is together_memory.
template <class T> struct together {
  int count, length;
  T *v, *t, *products;
};
constexpr std::size_t together_memory(int m, int n) {
  return static_cast<std::size_t>(reflections_at_once) * static_cast<std::size_t>(m + 2 * n + reflections_at_once);
}

/// gather(h, first, memory): the next reflections as one.
/// source   Schreiber & Van Loan 1989, A storage-efficient WY representation
template <class T> together<T> gather(const reflections<T>& h, int first, T* memory) {
  const int count = std::min(reflections_at_once, h.n - first), length = h.m - first;
  const together<T> all{count, length, memory, memory + static_cast<std::ptrdiff_t>(count) * length,
                        memory + static_cast<std::ptrdiff_t>(count) * (length + count)};
  std::fill(all.t, all.t + static_cast<std::ptrdiff_t>(count) * count, T(0));
  for (int i = 0; i < count; ++i) {
    T* const v = all.v + static_cast<std::ptrdiff_t>(i) * length;
    std::fill(v, v + i, T(0));
    std::copy_n(h.line(first + i) + first + i, length - i, v + i);
    const T weight = all.t[i * count + i] = h.weight[first + i];
    for (int j = 0; j < i; ++j) {
      const T overlap = weight * dot(length - i, all.v + static_cast<std::ptrdiff_t>(j) * length + i, v + i);
      for (int r = 0; r <= j; ++r) all.t[r * count + i] -= all.t[r * count + j] * overlap;
    }
  }
  return all;
}

/// apply(h, rows, x, row, transposed): rows of x, `row` apart, times 1 - v' t v or its transpose.
template <class T>
void apply(const together<T>& h, int rows, T* x, std::ptrdiff_t row, bool transposed, bool parallel) {
  T *const shares = h.products, *const weighted = shares + static_cast<std::ptrdiff_t>(rows) * h.count;
  const strided<T> t = transposed ? strided<T>{h.t, 1, h.count} : strided<T>{h.t, h.count, 1};
  gemm(rows, h.count, h.length, strided<T>{x, row, 1}, strided<T>{h.v, 1, h.length}, shares, h.count, false, parallel);
  gemm(rows, h.count, h.count, strided<T>{shares, h.count, 1}, t, weighted, h.count, false, parallel);
  multiply(static_cast<std::ptrdiff_t>(rows) * h.count, T(-1), weighted);
  gemm(rows, h.length, h.count, strided<T>{weighted, h.count, 1}, strided<T>{h.v, h.length, 1}, x, row, true, parallel);
}

/// triangularise(h, diagonal, memory): the lines of a' become reflections and, left of them, the columns of r.
template <class T>
void triangularise(const reflections<T>& h, T* diagonal, std::ptrdiff_t step, T* memory, bool parallel) {
  for (int first = 0; first < h.n; first += reflections_at_once) {
    const int end = std::min(first + reflections_at_once, h.n);
    for (int k = first; k < end; ++k) {
      const auto [weight, image] = reflect(h.m - k, h.line(k) + k);
      h.weight[k] = weight, diagonal[k * step] = image;
      for (int j = k + 1; j < end; ++j) apply_reflection(weight, h.m - k, h.line(k) + k, h.line(j) + k);
    }
    if (end < h.n) apply(gather(h, first, memory), h.n - end, h.line(end) + first, h.m, false, parallel);
  }
}

/// form(h, basis, memory): the lines of q', which are unit vectors reflected.
template <class T> void form(const reflections<T>& h, T* basis, T* memory, bool parallel) {
  const auto column = [&](int j) { return basis + static_cast<std::ptrdiff_t>(j) * h.m; };
  std::fill(basis, column(h.n), T(0));
  for (int j = 0; j < h.n; ++j) column(j)[j] = T(1);
  if (h.n > reflections_at_once / 2) {
    for (int first = (h.n - 1) / reflections_at_once * reflections_at_once; first >= 0; first -= reflections_at_once)
      apply(gather(h, first, memory), h.n - first, column(first) + first, h.m, true, parallel);
    return;
  }
  for (int k = h.n - 1; k >= 0; --k)
    for (int j = k; j < h.n; ++j) apply_reflection(h.weight[k], h.m - k, h.line(k) + k, column(j) + k);
}

/// qr(m, n, a, q, r, memory, parallel): a = q r for m >= n, the diagonal of r not negative; memory holds qr_memory(m, n)
/// numbers.
constexpr std::size_t qr_memory(int m, int n) {
  return static_cast<std::size_t>(n) * static_cast<std::size_t>(2 * m + 1) + together_memory(m, n);
}
template <class T> void qr(int m, int n, const T* a, T* q, T* r, T* memory, bool parallel) {
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(n) * m;
  T *const basis = memory + size, *const spare = basis + size + n;
  const reflections<T> h{m, n, memory, basis + size};
  transpose(m, n, a, h.lines);
  triangularise(h, r, n + 1, spare, parallel);
  form(h, basis, spare, parallel);
  for (int i = 0; i < n; ++i) {
    T *const row = r + static_cast<std::ptrdiff_t>(i) * n, *const column = basis + static_cast<std::ptrdiff_t>(i) * m;
    std::fill(row, row + i, T(0));
    for (int j = i + 1; j < n; ++j) row[j] = h.line(j)[i];
    if (row[i] > T(0)) continue;
    multiply(n - i, T(-1), row + i);
    multiply(m, T(-1), column);
  }
  transpose(n, m, basis, q);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
