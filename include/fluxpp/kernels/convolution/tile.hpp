// SPDX-License-Identifier: MIT
#pragma once
// The register tiles: the innermost loops of the three passes of a convolution.

#include <fluxpp/simd/transpose.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace fluxpp::inline v0_1::kernels::convolution {
/// tile_of<T>: tile sizes that fill the registers.
template <class T> struct tile_of {
  static constexpr int lanes = simd::batch<T>::size;
  static constexpr bool many = simd::registers == 32;
  static constexpr int wide = many ? 12 : 6, middle = wide * 2 / 3, least = wide / 3;
  static constexpr int gradient_filters = many ? 4 : 3, gradient_taps = many ? 6 : 3, single_taps = many ? 9 : 5;

  /// vectors(filters): how many registers of outputs a tile of so many filters covers.
  static constexpr int vectors(int filters) { return filters == 1 ? 8 : filters == least ? 4 : 2; }
  static constexpr int most_lanes = 8 * lanes;
  static constexpr int elements = wide * 2 * lanes;
};

/// indices<i...>: a list of constants; loops over registers are folds over it, so that no compiler leaves them rolled.
template <int... i> using indices = std::integer_sequence<int, i...>;

/// correlate_tile(filters x vectors, vectors, depth, offset, x, w, y, row): y[k row + p] = sum over d of
/// w[d][k] x[offset[d] + p], for as many registers of p as there are vectors.
template <class T, int... i, int... v>
void correlate_tile(indices<i...>, indices<v...>, int depth, const int* offset, const T* x, const T* w, T* y,
                    std::ptrdiff_t row) {
  using batch = simd::batch<T>;
  constexpr int vectors = sizeof...(v), filters = sizeof...(i) / sizeof...(v);
  batch sum[] = {(static_cast<void>(i), batch(T(0)))...};
  for (int d = 0; d < depth; ++d, w += filters) {
    const T* from = x + offset[d];
    const batch in[] = {batch::load(from + v * batch::size)...};
    ((sum[i] = simd::fma(batch(w[i / vectors]), in[i % vectors], sum[i])), ...);
  }
  (sum[i].store(y + i / vectors * row + i % vectors * batch::size), ...);
}

/// correlate_tile<filters>(...): the tile of so many filters.
template <int Filters, class T>
void correlate_tile(int depth, const int* offset, const T* x, const T* w, T* y, std::ptrdiff_t row) {
  constexpr int vectors = tile_of<T>::vectors(Filters);
  correlate_tile(std::make_integer_sequence<int, Filters * vectors>{}, std::make_integer_sequence<int, vectors>{},
                 depth, offset, x, w, y, row);
}

/// correlate_tile(filters, ...): the tile of so many filters.
template <class T>
void correlate_tile(int filters, int depth, const int* offset, const T* x, const T* w, T* y, std::ptrdiff_t row) {
  using tile = tile_of<T>;
  const auto one = filters == tile::wide     ? correlate_tile<tile::wide, T>
                   : filters == tile::middle ? correlate_tile<tile::middle, T>
                   : filters == tile::least  ? correlate_tile<tile::least, T>
                                             : correlate_tile<1, T>;
  one(depth, offset, x, w, y, row);
}

/// store_sums(v, to): to[i] = the sum of the lanes of v[i]; writes up to a register beyond.
template <class T, std::size_t count> void store_sums(const std::array<simd::batch<T>, count>& v, T* to) {
  constexpr std::size_t group = std::min<std::size_t>(8, simd::batch<T>::size);
  for (std::size_t first = 0; first < count; first += group) {
    std::array<simd::batch<T>, group> part;
    for (std::size_t i = 0; i < group; ++i) part[i] = v[std::min(first + i, count - 1)];
    simd::sums(part).store(to + first);
  }
}

/// gradient_tile(filters x taps, taps, n, ybar, plane, x, offset, wbar): wbar[k][d] = sum over p < n of
/// ybar[k plane + p] x[offset[d] + p], first by lane, then over the lanes; n is rounded up to whole registers, and writes
/// may run over the end by one.
template <class T, int... i, int... d>
void gradient_tile(indices<i...>, indices<d...>, int n, const T* ybar, std::ptrdiff_t plane, const T* x,
                   const int* offset, T* wbar) {
  using batch = simd::batch<T>;
  constexpr int taps = sizeof...(d);
  batch sum[] = {(static_cast<void>(i), batch(T(0)))...};
  const T* const from[] = {x + offset[d]...};
  for (int p = 0; p < n; p += batch::size) {
    const batch in[] = {simd::in_register(batch::load(from[d] + p))...};
    ((sum[i] = simd::fma(batch::load(ybar + i / taps * plane + p), in[i % taps], sum[i])), ...);
  }
  store_sums(std::array{sum[i]...}, wbar);
}

/// gradient_tile<filters, taps>(...): the tile of so many filters and taps.
template <int Filters, int Taps, class T>
void gradient_tile(int n, const T* ybar, std::ptrdiff_t plane, const T* x, const int* offset, T* wbar) {
  gradient_tile(std::make_integer_sequence<int, Filters * Taps>{}, std::make_integer_sequence<int, Taps>{}, n, ybar,
                plane, x, offset, wbar);
}
} // namespace fluxpp::inline v0_1::kernels::convolution
