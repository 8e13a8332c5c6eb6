// SPDX-License-Identifier: MIT
#pragma once
// The QR factorisation of one matrix by Householder's reflections.
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

/// apply(weight, n, v, x): x -= weight v (v' x).
template <class T> void apply_reflection(T weight, std::ptrdiff_t n, const T* v, T* x) {
  add_multiple(n, -weight * dot(n, v, x), v, x);
}

/// qr(m, n, a, q, r, memory): a = q r for m >= n, the diagonal of r not negative; memory holds qr_memory(m, n) numbers.
constexpr std::size_t qr_memory(int m, int n) {
  return 2 * static_cast<std::size_t>(n) * static_cast<std::size_t>(m) + static_cast<std::size_t>(n);
}
template <class T> void qr(int m, int n, const T* a, T* q, T* r, T* memory) {
  T *const lines = memory, *const basis = memory + static_cast<std::ptrdiff_t>(n) * m,
           *const weight = basis + static_cast<std::ptrdiff_t>(n) * m;
  const auto line = [lines, m](int j) { return lines + static_cast<std::ptrdiff_t>(j) * m; };
  const auto column = [basis, m](int j) { return basis + static_cast<std::ptrdiff_t>(j) * m; };
  transpose(m, n, a, lines);
  std::fill(r, r + static_cast<std::ptrdiff_t>(n) * n, T(0));
  for (int k = 0; k < n; ++k) {
    const auto [w, image] = reflect(m - k, line(k) + k);
    weight[k] = w;
    T* const row = r + static_cast<std::ptrdiff_t>(k) * n;
    row[k] = image;
    for (int j = k + 1; j < n; ++j) {
      apply_reflection(w, m - k, line(k) + k, line(j) + k);
      row[j] = line(j)[k];
    }
  }
  std::fill(basis, weight, T(0));
  for (int k = n - 1; k >= 0; --k) {
    column(k)[k] = T(1);
    for (int j = k; j < n; ++j) apply_reflection(weight[k], m - k, line(k) + k, column(j) + k);
  }
  for (int k = 0; k < n; ++k) {
    T* const row = r + static_cast<std::ptrdiff_t>(k) * n;
    if (row[k] > T(0)) continue;
    multiply(n - k, T(-1), row + k);
    multiply(m, T(-1), column(k));
  }
  transpose(n, m, basis, q);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
