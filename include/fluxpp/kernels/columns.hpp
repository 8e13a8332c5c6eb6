// SPDX-License-Identifier: MIT
#pragma once
// Blocks of rows as columns, so that the lanes of a loop run over rows, and back.
#include <fluxpp/simd/transpose.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace fluxpp::inline v0_1::kernels {

/// each_tile<Edge>(count, n, tile, column): tile(i, j) for squares of rows i and columns j, the last of which may overlap
/// those before; column(i, j, columns) for what is too small for squares, a few columns of row i.
template <int Edge, class Tile, class Column>
void each_tile(std::ptrdiff_t count, std::ptrdiff_t n, const Tile& tile, const Column& column) {
  std::ptrdiff_t i = 0;
  for (; n >= Edge && i + Edge <= count; i += Edge)
    for (std::ptrdiff_t j = 0; j < n; j += Edge) tile(i, std::min(j, n - Edge));
  std::ptrdiff_t j = 0;
  for (; j + 2 <= n; j += 2)
    for (std::ptrdiff_t k = i; k < count; ++k) column(k, j, std::integral_constant<int, 2>{});
  for (std::ptrdiff_t k = i; k < count && j < n; ++k) column(k, j, std::integral_constant<int, 1>{});
}

/// take_columns<Step>(row, count, n, to): element j of each of `count` rows of n elements as to[j * Step + i]; row[i] is
/// where row i begins.
template <std::ptrdiff_t Step, class T>
void take_columns(const T* const* row, std::ptrdiff_t count, std::ptrdiff_t n, T* to) {
  using batch = simd::batch<T>;
  const auto tile = [&](std::ptrdiff_t i, std::ptrdiff_t j) {
    std::array<batch, batch::size> square;
    for (int r = 0; r < batch::size; ++r) square[static_cast<std::size_t>(r)] = batch::load(row[i + r] + j);
    simd::transpose(square);
    for (int c = 0; c < batch::size; ++c) square[static_cast<std::size_t>(c)].store(to + (j + c) * Step + i);
  };
  each_tile<batch::size>(count, n, tile, [&](std::ptrdiff_t i, std::ptrdiff_t j, auto columns) {
    for (int c = 0; c < columns; ++c) to[(j + c) * Step + i] = row[i][j + c];
  });
}
/// put_columns<Step>(from, count, n, to): the opposite, to consecutive rows.
template <std::ptrdiff_t Step, class T> void put_columns(const T* from, std::ptrdiff_t count, std::ptrdiff_t n, T* to) {
  using batch = simd::batch<T>;
  const auto tile = [&](std::ptrdiff_t i, std::ptrdiff_t j) {
    std::array<batch, batch::size> square;
    for (int c = 0; c < batch::size; ++c) square[static_cast<std::size_t>(c)] = batch::load(from + (j + c) * Step + i);
    simd::transpose(square);
    for (int r = 0; r < batch::size; ++r) square[static_cast<std::size_t>(r)].store(to + (i + r) * n + j);
  };
  each_tile<batch::size>(count, n, tile, [&](std::ptrdiff_t i, std::ptrdiff_t j, auto columns) {
    for (int c = 0; c < columns; ++c) to[i * n + j + c] = from[(j + c) * Step + i];
  });
}

} // namespace fluxpp::inline v0_1::kernels
