// SPDX-License-Identifier: MIT
#pragma once
// The matrix product: which way to compute it, and how threads share it.

#include <fluxpp/kernels/gemm/blocks.hpp>
#include <fluxpp/kernels/gemm/dot.hpp>
#include <fluxpp/kernels/gemm/row.hpp>
#include <fluxpp/kernels/thread_pool.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fluxpp::inline v0_1::kernels {
namespace matrix {
/// suits_dots(m, n, k, a, b): whether scalar products are faster than tiles. Decided by shape alone, for the two add up in
/// different orders.
template <class T> bool suits_dots(int m, int n, int k, const strided<T>& a, const strided<T>& b) {
  constexpr int lanes = simd::batch<T>::size;
  return a.col == 1 && b.row == 1 && (m <= 8 || n <= 4 || (n <= lanes * 3 / 4 && k % lanes == 0));
}

/// grid: c divided among tasks, `rows` by `columns` of them.
struct grid {
  int rows, columns;
};

/// choose_grid(m, n, tasks, unit): the grid of that many tasks whose largest part costs least, columns in units; the
/// smaller terms are those of copying b and a.
inline grid choose_grid(int m, int n, int tasks, int unit) {
  grid best{tasks, 1};
  double least = 1e300;
  for (int rows = 1; rows <= tasks; ++rows) {
    if (tasks % rows != 0) continue;
    const double high = even_block(m, (m + rows - 1) / rows, 4), columns = tasks / rows;
    const double wide = std::ceil(std::ceil(n / columns) / unit) * unit, cost = high * wide + 4 * wide + 2 * high;
    if (cost < least) least = cost, best = {rows, tasks / rows};
  }
  return best;
}

/// share(n, part, parts, unit): where a part of n begins; parts differ by no more than a unit.
constexpr int share(int n, int part, int parts, int unit) {
  const long long units = (n + unit - 1) / unit;
  return static_cast<int>(std::min<long long>(n, units * part / parts * unit));
}

template <class T>
using multiplication = void (*)(int, int, int, const strided<T>&, const strided<T>&, T*, std::ptrdiff_t, bool);

/// So many operations are worth a task.
inline constexpr double least_work = 5e5;

/// multiply_in_parts(multiply, ...): the product, shared among threads if there are some.
template <class T>
[[gnu::noinline]] void multiply_in_parts(multiplication<T> multiply, int m, int n, int k, const strided<T>& a,
                                         const strided<T>& b, T* c, std::ptrdiff_t ldc, bool accumulate) {
  const int tasks = static_cast<int>(std::min<double>(thread_pool::instance().size(), 2.0 * m * n * k / least_work));
  if (tasks <= 1) return multiply(m, n, k, a, b, c, ldc, accumulate);
  constexpr int unit = simd::batch<T>::size;
  const grid parts = choose_grid(m, n, tasks, unit);
  thread_pool::instance().run(tasks, [&](int task) {
    const int row = task / parts.columns, column = task % parts.columns;
    const int i = share(m, row, parts.rows, 4), j = share(n, column, parts.columns, unit);
    const int rows = share(m, row + 1, parts.rows, 4) - i, columns = share(n, column + 1, parts.columns, unit) - j;
    if (rows > 0 && columns > 0)
      multiply(rows, columns, k, a.from(i, 0), b.from(0, j), c + i * ldc + j, ldc, accumulate);
  });
}
} // namespace matrix

/// gemm(m, n, k, a, b, c, ldc, accumulate): c = a b, or c += a b.
/// shapes   a [m, k], b [k, n] of any strides; c [m, n] by rows, which begin ldc apart
/// accuracy (k + 1) / 2 ulp of the sum of magnitudes at worst; the same bits for any number of threads
/// source   the tiles: Van Zee & van de Geijn 2015, BLIS, ACM TOMS 41(3), with strips of a in place of its blocks
template <class T>
void gemm(int m, int n, int k, strided<T> a, strided<T> b, T* c, std::ptrdiff_t ldc, bool accumulate,
          bool parallel = true) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {
    for (int i = 0; i < m && !accumulate; ++i) std::fill_n(c + i * ldc, n, T(0));
    return;
  }
  if (n == 1 && m > 1 && ldc == 1) // a column is a row of the transposed product
    return gemm(1, m, k, strided<T>{b.data, b.col, b.row}, strided<T>{a.data, a.col, a.row}, c, m, accumulate,
                parallel);
  const auto multiply = matrix::suits_dots(m, n, k, a, b)  ? matrix::multiply_by_dots<T>
                        : m == 1 && b.col == 1             ? matrix::multiply_row<T>
                        : matrix::few_tiles<T>(m, n, k, b) ? matrix::multiply_few_tiles<T>
                                                           : matrix::multiply_by_tiles<T>;
  if (!parallel || 2.0 * m * n * k < 2 * matrix::least_work) return multiply(m, n, k, a, b, c, ldc, accumulate);
  matrix::multiply_in_parts<T>(multiply, m, n, k, a, b, c, ldc, accumulate);
}
} // namespace fluxpp::inline v0_1::kernels
