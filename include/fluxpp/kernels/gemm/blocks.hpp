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
  static constexpr int depth = (simd::registers == 32 ? 2048 : 1600) / static_cast<int>(sizeof(T)), columns = 1024;
  static constexpr int rows = simd::registers == 32 ? 12 : 6, width = 2 * simd::batch<T>::size;
  static constexpr std::size_t strip_size = static_cast<std::size_t>((depth + 64) * rows);
};

inline constexpr std::size_t strips_at_once = 4;

/// even_block(n, most, unit): the size of equal blocks of n, multiples of unit and no larger than most. Blocks of the
/// depth depend on the depth alone, for they decide the order of additions.
constexpr int even_block(int n, int most, int unit) {
  if (n > most) { // divisions take as long as a small product
    const int blocks = (n + most - 1) / most;
    n = (n + blocks - 1) / blocks;
  }
  return (n + unit - 1) / unit * unit;
}

template <class T> using tile_kernel = void (*)(int, const strip<T>&, const panels<T>&, const target<T>&);

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

/// product: c = or += a b, a part of the whole.
template <class T> struct product {
  int rows, columns, depth;
  strided<T> a, b;
  target<T> c;
};

/// columns_of_b: b as panels of two registers of columns, the last of which may be filled in part, and at most one of one
/// register; where they lie, or copied to `memory`.
template <class T> struct columns_of_b {
  int paired, single; ///< columns in panels of two registers, and of one
  panels<T> pairs, one;

  [[gnu::always_inline]] columns_of_b(const product<T>& x, T* memory)
      : paired((x.columns + lanes - 1) / width * width),
        single(std::max(0, x.columns - paired)), pairs{x.b.data, x.b.row, width}, one{x.b.data + paired, x.b.row, 0} {
    if (memory == nullptr) return;
    T* const behind = memory + static_cast<ptrdiff_t>(paired) * x.depth;
    pairs = {memory, width, static_cast<ptrdiff_t>(width) * x.depth};
    one = {behind, lanes, 0};
    pack_panels(x.b, x.depth, x.columns - single, width, memory);
    if (single > 0) pack_panels(x.b.from(0, paired), x.depth, single, lanes, behind);
  }

private:
  static constexpr int width = blocking<T>::width, lanes = simd::batch<T>::size;
};

/// multiply_strip(x, first, height, a, b): the rows of c from `first` on, tile_heights[height] of them.
template <class T>
[[gnu::always_inline]] inline void multiply_strip(const product<T>& x, int first, std::size_t height, const strip<T>& a,
                                                  const columns_of_b<T>& b) {
  T* const c = x.c.data + first * x.c.row;
  if (b.paired > 0) tiles_of_width<T, 2>[height](x.depth, a, b.pairs, {c, x.c.row, x.columns - b.single, x.c.add});
  if (b.single > 0) tiles_of_width<T, 1>[height](x.depth, a, b.one, {c + b.paired, x.c.row, b.single, x.c.add});
}

/// multiply_packed(x, b, memory): strips of a, copied a few at a time, against all panels of b. Strips that are packed
/// together share the cache lines of a transposed a.
template <class T> void multiply_packed(const product<T>& x, const columns_of_b<T>& b, T* memory) {
  std::array<strip<T>, strips_at_once> a;
  std::array<std::size_t, strips_at_once> h;
  std::array<int, strips_at_once> rows;
  for (int first = 0; first < x.rows;) {
    std::size_t count = 0;
    for (int i = first; count < strips_at_once && i < x.rows; i += rows[count++]) {
      h[count] = next_height(x.rows - i, blocking<T>::rows);
      rows[count] = tile_heights[h[count]];
    }
    pack_strips(x.a.from(first, 0), rows.data(), static_cast<int>(count), x.depth, memory,
                static_cast<ptrdiff_t>(blocking<T>::strip_size), a.data());
    for (std::size_t n = 0; n < count; first += rows[n++]) multiply_strip(x, first, h[n], a[n], b);
  }
}

/// multiply_block(x, for_a, for_b): the product from copies of the operands that there is memory for. In line, for small
/// products take no longer than their description takes to be written and read.
template <class T> [[gnu::always_inline]] inline void multiply_block(const product<T>& x, T* for_a, T* for_b) {
  const columns_of_b<T> b(x, for_b);
  if (for_a != nullptr) return multiply_packed(x, b, for_a);
  for (int i = 0; i < x.rows;) {
    const std::size_t h = next_height(x.rows - i, blocking<T>::rows);
    multiply_strip(x, i, h, {x.a.data + i * x.a.row, x.a.row, x.a.col}, b);
    i += tile_heights[h];
  }
}

/// aliases<T>(stride): whether elements so far apart compete for few sets of the first cache.
template <class T> constexpr bool aliases(ptrdiff_t stride) {
  return stride * static_cast<ptrdiff_t>(sizeof(T)) % 1024 == 0;
}

/// few_tiles(m, n, k, b): whether the product is a few tiles, whose operands are best read where they are.
template <class T> bool few_tiles(int m, int n, int k, const strided<T>& b) {
  using size = blocking<T>;
  return b.col == 1 && m <= 2 * size::rows && n <= size::width && k <= size::depth;
}
/// multiply_few_tiles(m, n, k, a, b, c, ldc, add): c = or += a b, which takes little longer than choosing how.
template <class T>
void multiply_few_tiles(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  const auto& tiles = n > simd::batch<T>::size ? tiles_of_width<T, 2> : tiles_of_width<T, 1>;
  for (int i = 0; i < m;) {
    const std::size_t h = next_height(m - i, blocking<T>::rows);
    tiles[h](k, {a.data + i * a.row, a.row, a.col}, {b.data, b.row, 0}, {c + i * ldc, ldc, n, add});
    i += tile_heights[h];
  }
}

/// multiply_by_tiles(m, n, k, a, b, c, ldc, add): c = or += a b, any strides.
template <class T>
void multiply_by_tiles(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  using size = blocking<T>;
  const bool pack_a = (a.row != 1 && a.col != 1) || n > 128 || (n > size::width && aliases<T>(a.row * a.col));
  const bool pack_b = b.col != 1 || (m > 2 * size::rows && (k > 64 || (k > 16 && aliases<T>(b.row))));
  const int depth = even_block(k, size::depth, 8);
  const int most = n <= size::columns ? n : size::columns * size::depth / std::min(k, depth);
  const int columns = even_block(n, most, size::width);
  const std::size_t of_a = strips_at_once * size::strip_size;
  const std::size_t of_b = static_cast<std::size_t>(columns) * static_cast<std::size_t>(depth);
  T* const memory = pack_a || pack_b ? scratch<T>(of_a + of_b) : nullptr;
  T *const for_a = pack_a ? memory : nullptr, *const for_b = pack_b ? memory + of_a : nullptr;
  for (int j = 0; j < n; j += columns)
    for (int p = 0; p < k; p += depth) {
      const int wide = std::min(columns, n - j), deep = std::min(depth, k - p);
      multiply_block<T>({m, wide, deep, a.from(0, p), b.from(p, j), {c + j, ldc, wide, add || p > 0}}, for_a, for_b);
    }
}
} // namespace fluxpp::inline v0_1::kernels::matrix
