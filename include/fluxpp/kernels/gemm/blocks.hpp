// SPDX-License-Identifier: MIT
#pragma once
// The matrix product by tiles: panels of b in the second cache or the third, strips of a in the first, tiles of c in
// registers.

#include <fluxpp/kernels/gemm/pack.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace fluxpp::inline v0_1::kernels::matrix {
/// blocking<T>: the largest blocks: of b in the second cache, `depth` by `columns`, and the largest tile of c.
template <class T> struct blocking {
  static constexpr int depth = 1600 / static_cast<int>(sizeof(T)), columns = 1024;
  static constexpr int rows = simd::registers == 32 ? 12 : 6, width = 2 * simd::batch<T>::size;
  static constexpr std::size_t strip_size = static_cast<std::size_t>((depth + 48) * rows);
};

inline constexpr std::size_t strips_at_once = 4;

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

/// columns_of_b: b as panels of full width, then at most one narrow panel of one or two batches, which is always packed.
template <class T> struct columns_of_b {
  int wide, narrow, narrow_vectors;
  panels<T> wide_panels, narrow_panel;

  columns_of_b(const product<T>& x, T* memory)
      : wide(x.columns / width * width), narrow(x.columns - wide),
        narrow_vectors(narrow > simd::batch<T>::size ? 2 : 1) {
    const int line = narrow_vectors * simd::batch<T>::size;
    wide_panels = x.pack_b ? panels<T>{memory, width, static_cast<ptrdiff_t>(width) * x.depth}
                           : panels<T>{x.b.data, x.b.row, width};
    for (int j = 0; j < wide && x.pack_b; j += width, memory += static_cast<ptrdiff_t>(width) * x.depth)
      pack_panel(x.b.from(0, j), x.depth, width, width, memory);
    if (narrow > 0) pack_panel(x.b.from(0, wide), x.depth, narrow, line, memory);
    narrow_panel = {memory, line, 0};
  }

private:
  static constexpr int width = blocking<T>::width;
};

/// multiply_strip(x, first, h, a, b): the rows of c from `first` on, tile_heights[h] of them.
template <class T>
void multiply_strip(const product<T>& x, int first, std::size_t h, const strip<T>& a, const columns_of_b<T>& b) {
  T* const c = x.c.data + first * x.c.row;
  tiles_of_width<T, 2>[h](x.depth, a, b.wide_panels, {c, x.c.row, b.wide, x.c.add});
  if (b.narrow == 0) return;
  const auto kernel = b.narrow_vectors == 2 ? tiles_of_width<T, 2>[h] : tiles_of_width<T, 1>[h];
  kernel(x.depth, a, b.narrow_panel, {c + b.wide, x.c.row, b.narrow, x.c.add});
}

/// multiply_block(x, memory): strips of a, a few at a time, against all panels of b. Strips that are packed together share
/// the cache lines of a transposed a.
template <class T> void multiply_block(const product<T>& x, T* memory) {
  const columns_of_b<T> b(x, memory + strips_at_once * blocking<T>::strip_size);
  std::array<strip<T>, strips_at_once> a;
  std::array<std::size_t, strips_at_once> h;
  for (int first = 0; first < x.rows;) {
    std::size_t count = 0;
    for (int i = first; count < strips_at_once && i < x.rows; i += tile_heights[h[count++]]) {
      const strided<T> rows = x.a.from(i, 0);
      h[count] = next_height(x.rows - i, blocking<T>::rows);
      a[count] = x.pack_a ? pack_strip(rows, tile_heights[h[count]], x.depth, memory + count * blocking<T>::strip_size)
                          : strip<T>{rows.data, rows.row, rows.col};
    }
    for (std::size_t n = 0; n < count; first += tile_heights[h[n++]]) multiply_strip(x, first, h[n], a[n], b);
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
  const std::size_t strips = strips_at_once * size::strip_size;
  T* const memory = scratch<T>(strips + static_cast<std::size_t>(columns) * static_cast<std::size_t>(depth));
  for (int j = 0; j < n; j += columns)
    for (int p = 0; p < k; p += depth) {
      const int wide = std::min(columns, n - j), deep = std::min(depth, k - p);
      const target<T> to{c + j, ldc, wide, add || p > 0};
      multiply_block<T>({m, wide, deep, a.from(0, p), b.from(p, j), to, pack_a, pack_b}, memory);
    }
}
} // namespace fluxpp::inline v0_1::kernels::matrix
