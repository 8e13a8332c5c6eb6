// SPDX-License-Identifier: MIT
#pragma once
// The matrix product: panels of b in the second cache, strips of a in the first, tiles of c in registers.

#include <fluxpp/kernels/gemm/dot.hpp>
#include <fluxpp/kernels/gemm/pack.hpp>
#include <fluxpp/kernels/gemm/tile.hpp>
#include <fluxpp/kernels/thread_pool.hpp>

#include <cmath>

namespace fluxpp::inline v0_1::kernels {
namespace matrix {
/// blocking<T>: the largest blocks: of b in the second cache, `depth` by `columns`, and the largest tile of c.
template <class T> struct blocking {
  static constexpr int depth = 1600 / static_cast<int>(sizeof(T)), columns = 1024;
  static constexpr int rows = simd::registers == 32 ? 12 : 6, width = 2 * simd::batch<T>::size;
  static constexpr std::size_t strip_size = static_cast<std::size_t>((depth + 48) * rows);
};

/// even_block(n, most, unit): the size of equal blocks of n, multiples of unit and no larger than most. Blocks of the
/// depth depend on the depth alone, for they decide the order of additions.
constexpr int even_block(int n, int most, int unit) {
  const int blocks = (n + most - 1) / most;
  return ((n + blocks - 1) / blocks + unit - 1) / unit * unit;
}

template <class T> using tile_kernel = void (*)(int, const strip<T>&, panels<T>, target<T>);

/// tile_heights: the heights that tiles come in, highest first.
inline constexpr std::array tile_heights{12, 8, 6, 4, 3, 2, 1};

template <class T, int vectors> constexpr auto tiles_of_width = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<tile_kernel<T>, sizeof...(i)>{
      tile<T, std::min(tile_heights[i], blocking<T>::rows), vectors>::run...};
}
(std::make_index_sequence<tile_heights.size()>{});

/// next_height(left, most): which of tile_heights to use for `left` rows; it leaves no single row if it can.
constexpr std::size_t next_height(int left, int most) {
  std::size_t i = 0;
  while (tile_heights[i] > most || tile_heights[i] > left || (left - tile_heights[i] == 1 && left > 2)) ++i;
  return i;
}

/// product: c = or += a b, a part of the whole, and which of the operands it copies.
template <class T> struct product {
  int rows, columns, depth;
  strided<T> a, b;
  target<T> c;
  bool pack_a, pack_b;
};

/// column_split: a product's columns as panels of full width, then at most one narrow panel, which is always packed.
template <class T> struct column_split {
  static constexpr int width = blocking<T>::width;
  int wide, narrow, vectors;

  explicit column_split(int columns)
      : wide(columns / width * width), narrow(columns % width), vectors(narrow > simd::batch<T>::size ? 2 : 1) {}
};

/// multiply_block(x, strips, packed): one strip of a after the other against all panels of b.
template <class T> void multiply_block(const product<T>& x, T* strips, T* packed) {
  constexpr int width = blocking<T>::width;
  const column_split<T> split(x.columns);
  T* const narrow = packed + (x.pack_b ? static_cast<ptrdiff_t>(split.wide) * x.depth : 0);
  for (int j = 0; j < split.wide && x.pack_b; j += width)
    pack_panel(x.b.from(0, j), x.depth, width, width, packed + static_cast<ptrdiff_t>(j) * x.depth);
  const int narrow_line = split.vectors * simd::batch<T>::size;
  if (split.narrow > 0) pack_panel(x.b.from(0, split.wide), x.depth, split.narrow, narrow_line, narrow);
  const panels<T> wide_b = x.pack_b ? panels<T>{packed, width, static_cast<ptrdiff_t>(width) * x.depth}
                                    : panels<T>{x.b.data, x.b.row, width};
  for (int i = 0; i < x.rows;) {
    const std::size_t h = next_height(x.rows - i, blocking<T>::rows);
    const strided<T> a = x.a.from(i, 0);
    const strip<T> s = x.pack_a ? pack_strip(a, tile_heights[h], x.depth, strips) : strip<T>{a.data, a.row, a.col};
    T* const c = x.c.data + i * x.c.row;
    tiles_of_width<T, 2>[h](x.depth, s, wide_b, {c, x.c.row, split.wide, x.c.add});
    if (split.narrow > 0)
      (split.vectors == 2 ? tiles_of_width<T, 2> : tiles_of_width<T, 1>)[h](
          x.depth, s, {narrow, narrow_line, 0}, {c + split.wide, x.c.row, split.narrow, x.c.add});
    i += tile_heights[h];
  }
}

/// aliases<T>(stride): whether elements so far apart compete for few sets of the first cache.
template <class T> constexpr bool aliases(ptrdiff_t stride) {
  return stride * static_cast<ptrdiff_t>(sizeof(T)) % 1024 == 0;
}

/// multiply_by_tiles(m, n, k, a, b, c, ldc, add): c = or += a b, any strides.
template <class T>
void multiply_by_tiles(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  using size = blocking<T>;
  const int depth = even_block(k, size::depth, 8);
  const int columns = even_block(n, size::columns * size::depth / std::min(k, depth), size::width);
  const bool pack_a = (a.row != 1 && a.col != 1) || n > 128 || (n > size::width && aliases<T>(a.row * a.col));
  const bool pack_b = b.col != 1 || (m > 2 * size::rows && (k > 64 || aliases<T>(b.row)));
  T* const memory = scratch<T>(size::strip_size + static_cast<std::size_t>(columns) * static_cast<std::size_t>(depth));
  for (int j = 0; j < n; j += columns)
    for (int p = 0; p < k; p += depth)
      multiply_block<T>({m,
                         std::min(columns, n - j),
                         std::min(depth, k - p),
                         a.from(0, p),
                         b.from(p, j),
                         {c + j, ldc, 0, add || p > 0},
                         pack_a,
                         pack_b},
                        memory, memory + size::strip_size);
}
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
  const auto multiply = matrix::suits_dots(m, n, k, a, b) ? matrix::multiply_by_dots<T> : matrix::multiply_by_tiles<T>;
  const double work = 2.0 * m * n * k, least = 5e5;
  const int threads = parallel && work >= 2 * least ? thread_pool::instance().size() : 1;
  const int tasks = static_cast<int>(std::min<double>(threads, work / least));
  if (tasks <= 1) return multiply(m, n, k, a, b, c, ldc, accumulate);
  constexpr int unit = simd::batch<T>::size;
  const matrix::grid parts = matrix::choose_grid(m, n, tasks, unit);
  thread_pool::instance().run(tasks, [&](int task) {
    const int row = task / parts.columns, column = task % parts.columns;
    const int i = matrix::share(m, row, parts.rows, 4), j = matrix::share(n, column, parts.columns, unit);
    const int rows = matrix::share(m, row + 1, parts.rows, 4) - i;
    const int columns = matrix::share(n, column + 1, parts.columns, unit) - j;
    if (rows > 0 && columns > 0)
      multiply(rows, columns, k, a.from(i, 0), b.from(0, j), c + i * ldc + j, ldc, accumulate);
  });
}
} // namespace fluxpp::inline v0_1::kernels
