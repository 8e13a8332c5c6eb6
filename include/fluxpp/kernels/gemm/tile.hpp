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

/// tile<T, rows, vectors>::run(depth, a, b, c): c = or += a b, one tile after the other from left to right, the last as wide
/// as columns are left; nothing beyond them is read or written. Every element is one chain of fused multiply-adds along
/// the depth, so its bits do not depend on the size of the tile it is in.
template <class T, int rows, int vectors> struct tile {
  using batch = simd::batch<T>;
  static constexpr std::size_t count = static_cast<std::size_t>(rows * vectors);

  static constexpr int width = vectors * batch::size, last = width - batch::size;

  static void run(int depth, const strip<T>& a, const panels<T>& panels_of_b, const target<T>& whole) {
    panels<T> b = panels_of_b;
    target<T> c = whole;
    if constexpr (vectors > 1) // a single register of columns is most often a part of one
      for (; c.columns >= width; c.columns -= width, c.data += width, b.data += b.next) {
        const auto load = [](const T* at) { return batch::load(at); };
        multiply_tile(depth, a, b, c, load, [](batch v, T* to) { v.store(to); });
      }
    if (const int n = c.columns - last; n > 0)
      multiply_tile(
          depth, a, b, c, [n](const T* at) { return batch::load_first(at, n); },
          [n](batch v, T* to) { v.store_first(to, n); });
  }

private:
  using row_numbers = std::make_index_sequence<static_cast<std::size_t>(rows)>;
  using vector_numbers = std::make_index_sequence<static_cast<std::size_t>(vectors)>;
  using element_numbers = std::make_index_sequence<count>;
  using sums = std::array<batch, count>; // only ever indexed by constants: it must stay in registers
  using line_of_b = std::array<batch, static_cast<std::size_t>(vectors)>;

  /// multiply_tile(depth, a, b, c, load, store): one tile; load and store are those of the last register of columns.
  template <class Load, class Store>
  [[gnu::always_inline]] static inline void multiply_tile(int depth, const strip<T>& a, const panels<T>& b,
                                                          const target<T>& c, Load load, Store store) {
    sums sum;
    clear(sum, element_numbers{});
    accumulate(depth, a, b, sum, load);
    if (c.add) add(sum, c, load, element_numbers{});
    put(sum, c, store, element_numbers{});
  }

  template <std::size_t... i> [[gnu::always_inline]] static inline void clear(sums& sum, std::index_sequence<i...>) {
    ((sum[i] = batch(T(0))), ...);
  }

  // Rows in threes: base, base + row, base + 2 row are x86 addresses, so twelve rows need four registers.
  template <class Load>
  [[gnu::always_inline]] static inline void accumulate(int depth, const strip<T>& a, const panels<T>& b, sums& sum,
                                                       Load load) {
    const ptrdiff_t row = a.row, col = a.col, line = b.line;
    const auto start = [&](int i) { return a.data + (i < rows ? i : 0) * row; };
    std::array<const T*, 4> base = {start(0), start(3), start(6), start(9)};
    const T* at = b.data;
    for (int p = 0; p < depth; ++p, at += line) {
      line_of_b bs;
      read_line(at, bs, load, vector_numbers{});
      multiply_rows(base, row, bs, sum, row_numbers{});
      base = {base[0] + col, base[1] + col, base[2] + col, base[3] + col};
    }
  }

  template <class Load, std::size_t... v>
  [[gnu::always_inline]] static inline void read_line(const T* at, line_of_b& b, Load load, std::index_sequence<v...>) {
    ((b[v] = simd::in_register(read<v>(at + static_cast<ptrdiff_t>(v) * batch::size, load))), ...);
  }
  template <std::size_t v, class Load> [[gnu::always_inline]] static inline batch read(const T* at, Load load) {
    if constexpr (v + 1 == vectors) return load(at);
    else return batch::load(at);
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

  template <class Load, std::size_t... i>
  [[gnu::always_inline]] static inline void add(sums& sum, const target<T>& c, Load load, std::index_sequence<i...>) {
    ((sum[i] = read<i % vectors>(address(c, i), load) + sum[i]), ...);
  }
  template <class Store, std::size_t... i>
  [[gnu::always_inline]] static inline void put(const sums& sum, const target<T>& c, Store store,
                                                std::index_sequence<i...>) {
    (write<i % vectors>(sum[i], address(c, i), store), ...);
  }
  template <std::size_t v, class Store> [[gnu::always_inline]] static inline void write(batch x, T* to, Store store) {
    if constexpr (v + 1 == vectors) store(x, to);
    else x.store(to);
  }
};
} // namespace fluxpp::inline v0_1::kernels::matrix
