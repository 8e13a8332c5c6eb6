// SPDX-License-Identifier: MIT
#pragma once
// Rows of numbers, as factorisations use them: scalar products, multiples of one added to another, rotations.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/simd/simd.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fluxpp::inline v0_1::kernels::linalg {

/// over_batches(n, f): f(i, load, store) for each whole batch at i and for the last few elements.
template <class T, class F> void over_batches(std::ptrdiff_t n, F&& f) {
  using batch = simd::batch<T>;
  std::ptrdiff_t i = 0;
  for (; i + batch::size <= n; i += batch::size)
    f([i](const T* x) { return batch::load(x + i); }, [i](T* x, batch v) { v.store(x + i); });
  if (const int left = static_cast<int>(n - i); left > 0)
    f([i, left](const T* x) { return batch::load_first(x + i, left); },
      [i, left](T* x, batch v) { v.store_first(x + i, left); });
}

/// dot(n, x, y): the scalar product, in an order that depends on n alone.
template <class T> T dot(std::ptrdiff_t n, const T* x, const T* y) {
  simd::batch<T> sum(T(0));
  over_batches<T>(n, [&](auto load, auto) { sum = fma(load(x), load(y), sum); });
  return simd::reduce_add(sum);
}

/// add_multiple(n, a, x, y): y += a x.
template <class T> void add_multiple(std::ptrdiff_t n, T a, const T* x, T* y) {
  const simd::batch<T> factor(a);
  over_batches<T>(n, [&](auto load, auto store) { store(y, fma(factor, load(x), load(y))); });
}

/// products<T>: multiples of rows: factor[k factor_step] times row k, for k < count.
template <class T> struct products {
  const T* factor;
  std::ptrdiff_t factor_step;
  const T* row;
  std::ptrdiff_t row_step;
  int count;
};

/// The rows and columns of a block: what is smaller is computed by plain loops, and what is larger mostly by gemm.
inline constexpr int block = 64;

/// subtract(p, n, y): y minus all the products, at most `block`, in their order; sums stay in registers.
template <class T> void subtract(const products<T>& p, std::ptrdiff_t n, T* y) {
  using batch = simd::batch<T>;
  constexpr std::ptrdiff_t together = 4;
  T factors[block];
  for (int k = 0; k < p.count; ++k) factors[k] = p.factor[k * p.factor_step];
  std::ptrdiff_t i = 0;
  for (; i + together * batch::size <= n; i += together * batch::size) {
    batch sum[together];
    for (std::ptrdiff_t v = 0; v < together; ++v) sum[v] = batch::load(y + i + v * batch::size);
    for (int k = 0; k < p.count; ++k) {
      const batch factor(factors[k]);
      const T* const row = p.row + k * p.row_step + i;
      for (std::ptrdiff_t v = 0; v < together; ++v) sum[v] = fnma(factor, batch::load(row + v * batch::size), sum[v]);
    }
    for (std::ptrdiff_t v = 0; v < together; ++v) sum[v].store(y + i + v * batch::size);
  }
  over_batches<T>(n - i, [&](auto load, auto store) {
    batch sum = load(y + i);
    for (int k = 0; k < p.count; ++k) sum = fnma(batch(factors[k]), load(p.row + k * p.row_step + i), sum);
    store(y + i, sum);
  });
}

/// multiply(n, a, x): x *= a.
template <class T> void multiply(std::ptrdiff_t n, T a, T* x) {
  const simd::batch<T> factor(a);
  over_batches<T>(n, [&](auto load, auto store) { store(x, factor * load(x)); });
}

/// rotate(n, c, s, x, y): x = c x - s y, y = s x + c y.
template <class T> void rotate(std::ptrdiff_t n, T c, T s, T* x, T* y) {
  const simd::batch<T> cosine(c), sine(s);
  over_batches<T>(n, [&](auto load, auto store) {
    const auto a = load(x), b = load(y);
    store(x, fnma(sine, b, cosine * a));
    store(y, fma(sine, a, cosine * b));
  });
}

/// unit_for(n, x): the power of two that brings the largest magnitude into [1/2, 1); 1 for zeros. Finite numbers only.
template <class T> T unit_for(std::ptrdiff_t n, const T* x) {
  simd::batch<T> most(T(0));
  over_batches<T>(n, [&](auto load, auto) { most = simd::max(most, simd::abs(load(x))); });
  int exponent = 0;
  static_cast<void>(std::frexp(simd::reduce_max(most), &exponent));
  constexpr int least = std::numeric_limits<T>::min_exponent; // so that the unit is a normal number
  return std::ldexp(T(1), -std::clamp(exponent, least, -least));
}

/// length(n, x): the Euclidean norm; squares neither overflow nor underflow.
template <class T> T length(std::ptrdiff_t n, const T* x) {
  const T unit = unit_for(n, x);
  const simd::batch<T> factor(unit);
  simd::batch<T> sum(T(0));
  over_batches<T>(n, [&](auto load, auto) {
    const auto v = factor * load(x);
    sum = fma(v, v, sum);
  });
  return std::sqrt(simd::reduce_add(sum)) / unit;
}

/// transpose(rows, columns, from, to): to[j][i] = from[i][j].
template <class T> void transpose(int rows, int columns, const T* from, T* to) {
  constexpr int tile = 8;
  for (int i = 0; i < rows; i += tile)
    for (int j = 0; j < columns; j += tile)
      for (int c = j; c < std::min(j + tile, columns); ++c)
        for (int r = i; r < std::min(i + tile, rows); ++r)
          to[static_cast<std::ptrdiff_t>(c) * rows + r] = from[static_cast<std::ptrdiff_t>(r) * columns + c];
}

/// The position of the element of largest magnitude.
template <class T> std::ptrdiff_t largest(std::ptrdiff_t n, const T* x) {
  return std::max_element(x, x + n, [](T a, T b) { return std::abs(a) < std::abs(b); }) - x;
}

} // namespace fluxpp::inline v0_1::kernels::linalg
