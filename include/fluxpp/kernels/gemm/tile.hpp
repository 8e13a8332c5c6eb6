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

/// panel: a few columns of b side by side, one line of them per step of the depth.
template <class T> struct panel {
  const T* data;
  ptrdiff_t line;
};

/// target: where a tile of c goes; `columns` of its lanes exist, and `add` keeps what is there.
template <class T> struct target {
  T* data;
  ptrdiff_t row;
  int columns;
  bool add;
};

/// tile<T, rows, vectors>::run(depth, a, b, c): c = or += a b. Every element is one chain of fused multiply-adds along
/// the depth, so its bits do not depend on the size of the tile it is in.
template <class T, int rows, int vectors> struct tile {
  using batch = simd::batch<T>;
  static constexpr std::size_t count = static_cast<std::size_t>(rows * vectors);

  static void run(int depth, const strip<T>& a, const panel<T>& b, const target<T>& c) {
    std::array<batch, count> sum;
    sum.fill(batch(T(0)));
    accumulate(depth, a, b, sum);
    if (c.columns < vectors * batch::size) store_part(sum, c);
    else if (c.add) store<true>(sum, c, element_numbers{});
    else store<false>(sum, c, element_numbers{});
  }

private:
  using row_numbers = std::make_index_sequence<static_cast<std::size_t>(rows)>;
  using vector_numbers = std::make_index_sequence<static_cast<std::size_t>(vectors)>;
  using element_numbers = std::make_index_sequence<count>;
  using line_of_b = std::array<batch, static_cast<std::size_t>(vectors)>;

  // Rows in threes: base, base + row, base + 2 row are x86 addresses, so twelve rows need four registers.
  [[gnu::always_inline]] static inline void accumulate(int depth, const strip<T>& a, const panel<T>& b,
                                                       std::array<batch, count>& sum) {
    const ptrdiff_t row = a.row, col = a.col, line = b.line;
    std::array<const T*, 4> base = {a.data, a.data + 3 * row, a.data + 6 * row, a.data + 9 * row};
    const T* at = b.data;
    for (int p = 0; p < depth; ++p, at += line) {
      line_of_b bs;
      load(at, bs, vector_numbers{});
      multiply_rows(base, row, bs, sum, row_numbers{});
      for (std::size_t i = 0; i < base.size(); ++i) base[i] += col;
    }
  }

  template <std::size_t... v>
  [[gnu::always_inline]] static inline void load(const T* at, line_of_b& b, std::index_sequence<v...>) {
    ((b[v] = batch::load(at + static_cast<ptrdiff_t>(v) * batch::size)), ...);
  }

  template <std::size_t... i>
  [[gnu::always_inline]] static inline void multiply_rows(const std::array<const T*, 4>& base, ptrdiff_t row,
                                                          const line_of_b& b, std::array<batch, count>& sum,
                                                          std::index_sequence<i...>) {
    (multiply<i>(batch(base[i / 3][static_cast<ptrdiff_t>(i % 3) * row]), b, sum, vector_numbers{}), ...);
  }

  template <std::size_t row, std::size_t... v>
  [[gnu::always_inline]] static inline void multiply(batch a, const line_of_b& b, std::array<batch, count>& sum,
                                                     std::index_sequence<v...>) {
    ((sum[row * vectors + v] = fma(a, b[v], sum[row * vectors + v])), ...);
  }

  static T* address(const target<T>& c, std::size_t i) {
    return c.data + static_cast<ptrdiff_t>(i / vectors) * c.row + static_cast<ptrdiff_t>(i % vectors) * batch::size;
  }

  template <bool add, std::size_t... i>
  [[gnu::always_inline]] static inline void store(const std::array<batch, count>& sum, const target<T>& c,
                                                  std::index_sequence<i...>) {
    if constexpr (add) ((batch::load(address(c, i)) + sum[i]).store(address(c, i)), ...);
    else (sum[i].store(address(c, i)), ...);
  }

  static void store_part(const std::array<batch, count>& sum, const target<T>& c) {
    for (std::size_t i = 0; i < count; ++i) {
      const int n = std::min(batch::size, c.columns - static_cast<int>(i % vectors) * batch::size);
      if (n <= 0) continue;
      const batch v = c.add ? batch::load_first(address(c, i), n) + sum[i] : sum[i];
      v.store_first(address(c, i), n);
    }
  }
};
} // namespace fluxpp::inline v0_1::kernels::matrix
