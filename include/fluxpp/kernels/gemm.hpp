// SPDX-License-Identifier: MIT
#pragma once
// The matrix product: panels of b in the second cache, strips of a in the first, tiles of c in registers.

#include <fluxpp/kernels/gemm/dot.hpp>
#include <fluxpp/kernels/gemm/pack.hpp>
#include <fluxpp/kernels/gemm/tile.hpp>
#include <fluxpp/kernels/thread_pool.hpp>

namespace fluxpp::inline v0_1::kernels {
namespace matrix {
/// blocking<T>: the sizes of the blocks. The depth is fixed, since it decides the order of the additions.
template <class T> struct blocking {
  static constexpr int depth = 1536 / static_cast<int>(sizeof(T));
  static constexpr int columns = 384;
  static constexpr int rows = simd::registers == 32 ? 12 : 6;
  static constexpr int width = 2 * simd::batch<T>::size;
};

template <class T> using tile_kernel = void (*)(int, const strip<T>&, const panel<T>&, const target<T>&);

/// tile_heights: the heights that tiles come in, highest first.
inline constexpr std::array tile_heights{12, 8, 6, 4, 3, 2, 1};

template <class T, int vectors> constexpr auto tiles_of_width = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<tile_kernel<T>, sizeof...(i)>{tile<T, std::min(tile_heights[i], blocking<T>::rows), vectors>::run...};
}(std::make_index_sequence<tile_heights.size()>{});

/// next_height(left, most): which of tile_heights to use for `left` rows; it leaves no single row if it can.
constexpr std::size_t next_height(int left, int most) {
  std::size_t i = 0;
  while (tile_heights[i] > most || tile_heights[i] > left || (left - tile_heights[i] == 1 && left > 2)) ++i;
  return i;
}

/// block: a part of the product: columns of c, and a piece of the depth.
template <class T> struct block {
  int rows, columns, depth;
  strided<T> a, b;
  target<T> c;
  bool pack_a, pack_b;
};

template <class T> int vectors_of(int columns) { return columns > simd::batch<T>::size ? 2 : 1; }

/// multiply_block(x, memory): one strip of a after the other against all panels of b.
template <class T> void multiply_block(const block<T>& x, T* memory) {
  constexpr int width = blocking<T>::width;
  const int panels = (x.columns + width - 1) / width;
  T* const packed_b = memory + (blocking<T>::depth + 64) * blocking<T>::rows;
  for (int j = 0; j < panels; ++j) {
    const int columns = std::min(width, x.columns - j * width);
    if (x.pack_b || columns < width)
      pack_panel(x.b.from(0, j * width), x.depth, columns, vectors_of<T>(columns) * simd::batch<T>::size,
                 packed_b + static_cast<ptrdiff_t>(j) * width * x.depth);
  }
  for (int i = 0; i < x.rows;) {
    const std::size_t h = next_height(x.rows - i, blocking<T>::rows);
    const int rows = tile_heights[h];
    const strided<T> a = x.a.from(i, 0);
    const strip<T> s = x.pack_a ? pack_strip(a, rows, x.depth, memory) : strip<T>{a.data, a.row, a.col};
    for (int j = 0; j < panels; ++j) {
      const int columns = std::min(width, x.columns - j * width), vectors = vectors_of<T>(columns);
      const T* const packed = packed_b + static_cast<ptrdiff_t>(j) * width * x.depth;
      const panel<T> b = x.pack_b || columns < width ? panel<T>{packed, vectors * simd::batch<T>::size}
                                                     : panel<T>{x.b.data + j * width, x.b.row};
      const target<T> c{x.c.data + i * x.c.row + j * width, x.c.row, columns, x.c.add};
      (vectors == 2 ? tiles_of_width<T, 2> : tiles_of_width<T, 1>)[h](x.depth, s, b, c);
    }
    i += rows;
  }
}

/// multiply_by_tiles(m, n, k, a, b, c, ldc, add): c = or += a b, any strides.
template <class T>
void multiply_by_tiles(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  using size = blocking<T>;
  const bool strided_a = a.row != 1 && a.col != 1, aliasing = (a.col == 1 ? a.row : a.col) * sizeof(T) % 2048 == 0;
  const bool pack_a = strided_a || n > 128 || (n > size::width && aliasing && std::min(m, k) > 4);
  const bool pack_b = b.col != 1 || m > 2 * size::rows;
  const auto columns = static_cast<std::size_t>(std::min(n + size::width, size::columns));
  const auto depth = static_cast<std::size_t>(std::min(k, size::depth));
  T* const memory = scratch<T>((size::depth + 64) * size::rows + columns * depth);
  for (int j = 0; j < n; j += size::columns)
    for (int p = 0; p < k; p += size::depth)
      multiply_block<T>({m, std::min(size::columns, n - j), std::min(size::depth, k - p), a.from(0, p), b.from(p, j),
                         {c + j, ldc, 0, add || p > 0}, pack_a, pack_b},
                        memory);
}
} // namespace matrix

/// gemm(m, n, k, a, b, c, ldc, accumulate): c = a b, or c += a b; a [m, k] and b [k, n] of any strides, c [m, n] by rows
/// that begin ldc apart.
template <class T>
void gemm(int m, int n, int k, strided<T> a, strided<T> b, T* c, std::ptrdiff_t ldc, bool accumulate,
          bool parallel = true) {
  (void)parallel;
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {
    for (int i = 0; i < m && !accumulate; ++i) std::fill_n(c + i * ldc, n, T(0));
    return;
  }
  const bool dot = a.col == 1 && b.row == 1 && (m <= 8 || (n <= 160 && m < k / 6));
  if (dot) matrix::multiply_by_dots(m, n, k, a, b, c, ldc, accumulate);
  else matrix::multiply_by_tiles(m, n, k, a, b, c, ldc, accumulate);
}
} // namespace fluxpp::inline v0_1::kernels
