// SPDX-License-Identifier: MIT
#pragma once
// Many small matrices abreast: one lane of a batch for each, and plain loops over their elements.
#include "fluxpp/kernels/linalg/cholesky.hpp"
#include "fluxpp/kernels/linalg/lu.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// The rows that small matrices have at most, and their elements, one row more included.
inline constexpr int small_rows = 8, small_elements = small_rows * (small_rows + 1);

/// goes_abreast<T>(n, k, count): whether so many matrices of n rows are worth it, with right-hand sides of k columns:
/// fewer than fill a batch by themselves.
template <class T> constexpr bool goes_abreast(int n, int k, std::ptrdiff_t count) {
  constexpr int lanes = simd::batch<T>::size;
  return n <= small_rows && k < std::min(lanes, small_rows + 1) && count >= lanes / 2;
}

/// matrices<T>: neighbours, first, ... first + count - 1, at most one per lane. The lanes left over repeat the last.
template <class T> struct matrices {
  using batch = simd::batch<T>;
  std::ptrdiff_t first;
  int count;

  /// Element i of all of them becomes to[i]; at(m) is where matrix m begins.
  template <class At> void load(int elements, At at, batch* to) const {
    T lanes[small_elements * batch::size];
    for (int l = 0; l < batch::size; ++l) {
      const T* const from = at(first + std::min(l, count - 1));
      for (int i = 0; i < elements; ++i) lanes[i * batch::size + l] = from[i];
    }
    for (int i = 0; i < elements; ++i) to[i] = batch::load(lanes + i * batch::size);
  }
  template <class At> void store(int elements, const batch* from, At at) const {
    T lanes[small_elements * batch::size];
    for (int i = 0; i < elements; ++i) from[i].store(lanes + i * batch::size);
    for (int l = 0; l < count; ++l)
      for (int i = 0; i < elements; ++i) at(first + l)[i] = lanes[i * batch::size + l];
  }
};

/// for_each_group<T>(count, work, f): f(matrices) for all of them; which go together depends on their number alone.
template <class T, class F> void for_each_group(std::ptrdiff_t count, std::ptrdiff_t work, F&& f) {
  constexpr std::ptrdiff_t lanes = simd::batch<T>::size;
  in_parts((count + lanes - 1) / lanes, work * lanes, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    for (std::ptrdiff_t g = from; g < to; ++g)
      f(matrices<T>{g * lanes, static_cast<int>(std::min(lanes, count - g * lanes))});
  });
}

/// The lower triangles of symmetric matrices; -1, or a pivot that is not positive in one of them.
template <class T> int factor_positive(int n, simd::batch<T>* a) {
  using batch = simd::batch<T>;
  for (int j = 0; j < n; ++j) {
    batch pivot = a[j * n + j];
    for (int k = 0; k < j; ++k) pivot = fnma(a[j * n + k], a[j * n + k], pivot);
    if (!all((pivot > T(0)) & (pivot < simd::infinity<T>))) return j;
    const batch root = simd::sqrt(pivot), inverse = T(1) / root;
    a[j * n + j] = root;
    for (int i = j + 1; i < n; ++i) {
      batch sum = a[i * n + j];
      for (int k = 0; k < j; ++k) sum = fnma(a[i * n + k], a[j * n + k], sum);
      a[i * n + j] = sum * inverse;
      a[j * n + i] = T(0);
    }
  }
  return -1;
}

/// Row k and row `which` of each matrix, of those below k, change places.
template <class T> void exchange_rows(simd::batch<T> which, int k, int rows, int columns, simd::batch<T>* a) {
  for (int i = k + 1; i < rows; ++i) {
    const simd::mask<T> here = which == simd::batch<T>(static_cast<T>(i));
    if (!any(here)) continue;
    for (int j = 0; j < columns; ++j) {
      const simd::batch<T> upper = a[k * columns + j], lower = a[i * columns + j];
      a[k * columns + j] = simd::select(here, lower, upper);
      a[i * columns + j] = simd::select(here, upper, lower);
    }
  }
}

/// As lu_factor for one matrix.
template <class T> void factor_pivoted(int n, simd::batch<T>* a) {
  using batch = simd::batch<T>;
  for (int k = 0; k < n; ++k) {
    batch best(static_cast<T>(k)), most = simd::abs(a[k * n + k]);
    for (int i = k + 1; i < n; ++i) {
      const simd::mask<T> larger = simd::abs(a[i * n + k]) > most;
      best = simd::select(larger, static_cast<T>(i), best);
      most = simd::select(larger, simd::abs(a[i * n + k]), most);
    }
    a[n * n + k] = best;
    exchange_rows(best, k, n, n, a);
    const batch pivot = simd::select(a[k * n + k] == T(0), T(1), a[k * n + k]); // then there are zeros below
    for (int i = k + 1; i < n; ++i) {
      const batch l = a[i * n + k] /= pivot;
      for (int j = k + 1; j < n; ++j) a[i * n + j] = fnma(l, a[k * n + j], a[i * n + j]);
    }
  }
}

/// b = a^-1 b for n rows of k columns.
template <class T> void substitute_abreast(const triangular<simd::batch<T>>& a, int n, simd::batch<T>* b, int k) {
  for (int step = 0; step < n; ++step) {
    const int i = a.upper ? n - 1 - step : step, first = a.upper ? i + 1 : 0, last = a.upper ? n : i;
    const simd::batch<T> inverse = a.unit ? simd::batch<T>(T(1)) : T(1) / a(i, i);
    for (int c = 0; c < k; ++c) {
      simd::batch<T> sum = b[i * k + c];
      for (int j = first; j < last; ++j) sum = fnma(a(i, j), b[j * k + c], sum);
      b[i * k + c] = sum * inverse;
    }
  }
}

/// As lu_solve for one matrix.
template <class T> void solve_pivoted(int n, const simd::batch<T>* lu, simd::batch<T>* b, int k, bool transposed) {
  using batch = simd::batch<T>;
  const strided<batch> at = transposed ? strided<batch>{lu, 1, n} : strided<batch>{lu, n, 1};
  for (int i = 0; i < n && !transposed; ++i) exchange_rows(lu[n * n + i], i, n, k, b);
  substitute_abreast<T>({at, false, !transposed}, n, b, k);
  substitute_abreast<T>({at, true, transposed}, n, b, k);
  for (int i = n - 1; i >= 0 && transposed; --i) exchange_rows(lu[n * n + i], i, n, k, b);
}

} // namespace fluxpp::inline v0_1::kernels::linalg
