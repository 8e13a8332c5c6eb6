// SPDX-License-Identifier: MIT
#pragma once
// Blocks of rows as columns, so that the lanes of a loop run over rows, and back.
#include "fluxpp/kernels/indices.hpp"

namespace fluxpp::inline v0_1::kernels {

/// take_columns(row, count, n, to, step): element j of each of `count` rows of n elements as to[j * step + i]; row(i) is where
/// row i begins.
template <class T, class Row>
void take_columns(const Row& row, std::ptrdiff_t count, std::ptrdiff_t n, T* to, std::ptrdiff_t step) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const T* const from = row(i);
    for (std::ptrdiff_t j = 0; j < n; ++j) to[j * step + i] = from[j];
  }
}
/// put_columns(from, step, count, n, to): the opposite, to consecutive rows.
template <class T> void put_columns(const T* from, std::ptrdiff_t step, std::ptrdiff_t count, std::ptrdiff_t n, T* to) {
  for (std::ptrdiff_t i = 0; i < count; ++i)
    for (std::ptrdiff_t j = 0; j < n; ++j) to[i * n + j] = from[j * step + i];
}

} // namespace fluxpp::inline v0_1::kernels
