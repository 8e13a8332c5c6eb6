// SPDX-License-Identifier: MIT
#pragma once
// The micro-kernel of the matrix product: a tile of the result that stays in registers.

#include <fluxpp/simd/simd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace fluxpp::inline v0_1::kernels::matrix {
using std::ptrdiff_t;

/// strip: `rows` rows of a, walked along the depth; element (i, p) is data[i row + p col].
template <class T> struct strip {
  const T* data;
  ptrdiff_t row, col;
};

/// panels: columns of b, a tile's width of them side by side; lines of a panel are `line` apart, panels `next`.
template <class T> struct panels {
  const T* data;
  ptrdiff_t line, next;
};

/// target: where tiles of c go; it has `columns` columns, and `add` keeps what is there.
template <class T> struct target {
  T* data;
  ptrdiff_t row;
  int columns;
  bool add;
};

/// tile<T, rows, vectors>::run(depth, a, b, c): c = or += a b, one tile after the other from left to right. Every element
/// is one chain of fused multiply-adds along the depth, so its bits do not depend on the size of the tile it is in.
template <class T, int rows, int vectors> struct tile {
  using batch = simd::batch<T>;
  static constexpr std::size_t count = static_cast<std::size_t>(rows * vectors);

  static constexpr int width = vectors * batch::size;

  static void run(int depth, const strip<T>& a, panels<T> b, target<T> c) {
    for (; c.columns > 0; c.columns -= width, c.data += width, b.data += b.next) {
      sums sum;
      clear(sum, element_numbers{});
      accumulate(depth, a, b, sum);
      if (c.columns < width) store_part(sum, c);
      else if (c.add) store<true>(sum, c, element_numbers{});
      else store<false>(sum, c, element_numbers{});
    }
  }

private:
  using row_numbers = std::make_index_sequence<static_cast<std::size_t>(rows)>;
  using vector_numbers = std::make_index_sequence<static_cast<std::size_t>(vectors)>;
  using element_numbers = std::make_index_sequence<count>;
  using sums = std::array<batch, count>; // only ever indexed by constants: it must stay in registers
  using line_of_b = std::array<batch, static_cast<std::size_t>(vectors)>;

  template <std::size_t... i> [[gnu::always_inline]] static inline void clear(sums& sum, std::index_sequence<i...>) {
    ((sum[i] = batch(T(0))), ...);
  }

  // Rows in threes: base, base + row, base + 2 row are x86 addresses, so twelve rows need four registers.
  [[gnu::always_inline]] static inline void accumulate(int depth, const strip<T>& a, const panels<T>& b, sums& sum) {
    const ptrdiff_t row = a.row, col = a.col, line = b.line;
    const auto start = [&](int i) { return a.data + (i < rows ? i : 0) * row; };
    std::array<const T*, 4> base = {start(0), start(3), start(6), start(9)};
    const T* at = b.data;
    for (int p = 0; p < depth; ++p, at += line) {
      line_of_b bs;
      load(at, bs, vector_numbers{});
      multiply_rows(base, row, bs, sum, row_numbers{});
      base = {base[0] + col, base[1] + col, base[2] + col, base[3] + col};
    }
  }

  template <std::size_t... v>
  [[gnu::always_inline]] static inline void load(const T* at, line_of_b& b, std::index_sequence<v...>) {
    ((b[v] = simd::in_register(batch::load(at + static_cast<ptrdiff_t>(v) * batch::size))), ...);
  }

  template <std::size_t... i>
  [[gnu::always_inline]] static inline void multiply_rows(const std::array<const T*, 4>& base, ptrdiff_t row,
                                                          const line_of_b& b, sums& sum, std::index_sequence<i...>) {
    (multiply<i>(batch(base[i / 3][static_cast<ptrdiff_t>(i % 3) * row]), b, sum, vector_numbers{}), ...);
  }

  template <std::size_t row, std::size_t... v>
  [[gnu::always_inline]] static inline void multiply(batch a, const line_of_b& b, sums& sum,
                                                     std::index_sequence<v...>) {
    ((sum[row * vectors + v] = fma(a, b[v], sum[row * vectors + v])), ...);
  }

  static T* address(const target<T>& c, std::size_t i) {
    return c.data + static_cast<ptrdiff_t>(i / vectors) * c.row + static_cast<ptrdiff_t>(i % vectors) * batch::size;
  }

  template <bool add, std::size_t... i>
  [[gnu::always_inline]] static inline void store(const sums& sum, const target<T>& c, std::index_sequence<i...>) {
    if constexpr (add) ((batch::load(address(c, i)) + sum[i]).store(address(c, i)), ...);
    else (sum[i].store(address(c, i)), ...);
  }

  [[gnu::always_inline]] static inline void store_part(const sums& sum, const target<T>& c) {
    T whole[static_cast<std::size_t>(rows * width)];
    store<false>(sum, {whole, width, width, false}, element_numbers{});
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < c.columns; j += batch::size) {
        const int n = std::min(batch::size, c.columns - j);
        T* const to = c.data + i * c.row + j;
        const batch v = batch::load(whole + i * width + j);
        (c.add ? batch::load_first(to, n) + v : v).store_first(to, n);
      }
  }
};
} // namespace fluxpp::inline v0_1::kernels::matrix
