// SPDX-License-Identifier: MIT
#pragma once
// The matrix product by scalar products, for operands that are both contiguous along the depth: nothing is packed.

#include <fluxpp/kernels/gemm/pack.hpp>

#include <cstring>

namespace fluxpp::inline v0_1::kernels::matrix {
/// dots<T, rows, columns>::run(depth, a, b, c): c = or += the scalar products of rows of a and columns of b; each is one
/// batch of partial sums along the depth, then the tree of simd::reduce_add.
template <class T, int rows, int columns> struct dots {
  using batch = simd::batch<T>;
  static constexpr std::size_t count = static_cast<std::size_t>(rows * columns);

  static void run(int depth, const strided<T>& a, const strided<T>& b, const target<T>& c) {
    alignas(64) T result[count + batch::size];
    reduce(accumulate(depth, a, b), result, numbers<(rows * columns + batch::size - 1) / batch::size>{});
    for (int i = 0; i < rows; ++i) {
      T *const to = c.data + i * c.row, *const from = result + i * columns;
      if (c.add)
        for (int j = 0; j < columns; ++j) from[j] = to[j] + from[j];
      std::memcpy(to, from, columns * sizeof(T));
    }
  }

private:
  template <int n> using numbers = std::make_index_sequence<static_cast<std::size_t>(n)>;

  template <std::size_t... i> static std::array<batch, count> zeros(std::index_sequence<i...>) {
    return {((void)i, batch(T(0)))...};
  }

  [[gnu::always_inline]] static inline std::array<batch, count> accumulate(int depth, const strided<T>& a,
                                                                           const strided<T>& b) {
    std::array<batch, count> sum = zeros(numbers<rows * columns>{});
    const int whole = depth - depth % batch::size, rest = depth - whole;
    for (int p = 0; p < whole; p += batch::size)
      multiply(a, b, sum, numbers<rows>{}, numbers<columns>{}, [p](const T* at) { return batch::load(at + p); });
    if (rest > 0)
      multiply(a, b, sum, numbers<rows>{}, numbers<columns>{},
               [whole, rest](const T* at) { return batch::load_first(at + whole, rest); });
    return sum;
  }

  template <std::size_t... i, std::size_t... j, class Load>
  [[gnu::always_inline]] static inline void multiply(const strided<T>& a, const strided<T>& b,
                                                     std::array<batch, count>& sum, std::index_sequence<i...>,
                                                     std::index_sequence<j...> columns_of_b, Load load) {
    const std::array<batch, sizeof...(j)> bs = {simd::in_register(load(b.data + static_cast<ptrdiff_t>(j) * b.col))...};
    (multiply_row<i>(simd::in_register(load(a.data + static_cast<ptrdiff_t>(i) * a.row)), bs, sum, columns_of_b), ...);
  }

  template <std::size_t row, std::size_t... j>
  [[gnu::always_inline]] static inline void multiply_row(batch a, const std::array<batch, sizeof...(j)>& b,
                                                         std::array<batch, count>& sum, std::index_sequence<j...>) {
    ((sum[row * sizeof...(j) + j] = fma(a, b[j], sum[row * sizeof...(j) + j])), ...);
  }

  template <std::size_t... part>
  [[gnu::always_inline]] static inline void reduce(const std::array<batch, count>& sum, T* result,
                                                   std::index_sequence<part...>) {
    constexpr std::size_t group = std::min(count, static_cast<std::size_t>(batch::size));
    (sums(pick<part * group>(sum, std::make_index_sequence<group>{})).store(result + part * group), ...);
  }

  template <std::size_t first, std::size_t... i>
  [[gnu::always_inline]] static inline std::array<batch, sizeof...(i)> pick(const std::array<batch, count>& sum,
                                                                            std::index_sequence<i...>) {
    return {sum[first + i]...};
  }
};

/// multiply_by_dots(m, n, k, a, b, c, ldc, add): c = or += a b for a.col == 1 and b.row == 1.
template <class T>
void multiply_by_dots(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  constexpr int most_depth = 4096 / static_cast<int>(sizeof(T)); // four rows of a fill half of a 32 KB cache
  for (int p = 0; p < k; p += most_depth) {
    const int depth = std::min(most_depth, k - p);
    for (int i = 0; i < m;) {
      const bool four = m - i >= 4;
      const strided<T> left = a.from(i, p);
      const auto tiles = [&](auto run, int from, int to, int columns) { // one call per tile: a loop inside was slower
        for (int j = from; j < to; j += columns)
          run(depth, left, b.from(p, j), target<T>{c + i * ldc + j, ldc, columns, add || p > 0});
      };
      const int fours = n / 4 * 4, twos = n / 2 * 2;
      tiles(four ? dots<T, 4, 4>::run : dots<T, 1, 4>::run, 0, fours, 4);
      tiles(four ? dots<T, 4, 2>::run : dots<T, 1, 2>::run, fours, twos, 2);
      tiles(four ? dots<T, 4, 1>::run : dots<T, 1, 1>::run, twos, n, 1);
      i += four ? 4 : 1;
    }
  }
}
} // namespace fluxpp::inline v0_1::kernels::matrix
