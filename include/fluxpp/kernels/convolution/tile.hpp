// SPDX-License-Identifier: MIT
#pragma once
// The register tiles: the innermost loops of the three passes of a convolution.

#include <fluxpp/simd/reduce.hpp>

#include <atomic>
#include <cstddef>
#include <utility>

namespace fluxpp::inline v0_1::kernels::convolution {
/// tile_of<T>: tile sizes that fill the registers: 32 where a register has 64 bytes, 16 elsewhere.
template <class T> struct tile_of {
  static constexpr int lanes = simd::batch<T>::size;
  static constexpr bool many = lanes * sizeof(T) >= 64;
  static constexpr int wide = many ? 12 : 6, middle = wide * 2 / 3, small = wide / 3;
  static constexpr int gradient_filters = many ? 4 : 3, gradient_taps = many ? 6 : 3, single_taps = many ? 9 : 5;

  /// vectors(filters): how many registers of outputs a tile of so many filters covers.
  static constexpr int vectors(int filters) { return filters == 1 ? 8 : filters == small ? 4 : 2; }
  static constexpr int most_lanes = 8 * lanes;
  static constexpr int elements = wide * 2 * lanes;
};

/// unroll<n>(f): f(0), ... f(n - 1), each with a constant, so that arrays of registers stay in registers.
template <int N, class F> void unroll(F f) {
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (f(std::integral_constant<int, I>{}), ...);
  }(std::make_integer_sequence<int, N>{});
}

/// correlate_tile<filters, vectors>(depth, offset, x, w, y, row): y[k row + p] = sum over d of w[d][k] x[offset[d] + p],
/// for `filters` k and `vectors` registers of p.
template <int Filters, int Vectors, class T>
void correlate_tile(int depth, const int* offset, const T* x, const T* w, T* y, std::ptrdiff_t row) {
  using batch = simd::batch<T>;
  batch sum[Filters][Vectors], in[Vectors];
  unroll<Filters * Vectors>([&](auto i) { sum[i / Vectors][i % Vectors] = batch(T(0)); });
  for (int d = 0; d < depth; ++d, w += Filters) {
    const T* from = x + offset[d];
    unroll<Vectors>([&](auto v) { in[v] = batch::load(from + v * batch::size); });
    unroll<Filters>([&](auto k) {
      const batch weight(w[k]);
      unroll<Vectors>([&](auto v) { sum[k][v] = simd::fma(weight, in[v], sum[k][v]); });
    });
  }
  unroll<Filters * Vectors>([&](auto i) { sum[i / Vectors][i % Vectors].store(y + i / Vectors * row + i % Vectors * batch::size); });
}

/// correlate_tile(filters, ...): the tile of so many filters.
template <class T>
void correlate_tile(int filters, int depth, const int* offset, const T* x, const T* w, T* y, std::ptrdiff_t row) {
  using tile = tile_of<T>;
  const auto one = filters == tile::wide     ? correlate_tile<tile::wide, tile::vectors(tile::wide), T>
                   : filters == tile::middle ? correlate_tile<tile::middle, tile::vectors(tile::middle), T>
                   : filters == tile::small  ? correlate_tile<tile::small, tile::vectors(tile::small), T>
                                             : correlate_tile<1, tile::vectors(1), T>;
  one(depth, offset, x, w, y, row);
}

/// gradient_tile<filters, taps>(n, ybar, plane, x, offset, wbar): wbar[k][d] = sum over p < n of
/// ybar[k plane + p] x[offset[d] + p], first by lane, then over the lanes; n is rounded up to whole registers.
template <int Filters, int Taps, class T>
void gradient_tile(int n, const T* ybar, int plane, const T* x, const int* offset, T* wbar) {
  using batch = simd::batch<T>;
  batch sum[Filters][Taps], in[Taps];
  unroll<Filters * Taps>([&](auto i) { sum[i / Taps][i % Taps] = batch(T(0)); });
  for (int p = 0; p < n; p += batch::size) {
    unroll<Taps>([&](auto d) { in[d] = batch::load(x + offset[d] + p); });
    std::atomic_signal_fence(std::memory_order_seq_cst); // else g++ 12 loads in[d] again for each multiplication
    unroll<Filters>([&](auto k) {
      const batch up = batch::load(ybar + static_cast<std::ptrdiff_t>(k) * plane + p);
      unroll<Taps>([&](auto d) { sum[k][d] = simd::fma(up, in[d], sum[k][d]); });
    });
  }
  unroll<Filters * Taps>([&](auto i) { wbar[i] = simd::reduce_add(sum[i / Taps][i % Taps]); });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
