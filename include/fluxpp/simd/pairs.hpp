// SPDX-License-Identifier: MIT
#pragma once
// Pairs of neighbouring lanes: a number for each pair in both its lanes, and back.

#include <fluxpp/simd/transpose.hpp>

namespace fluxpp::inline v0_1::simd {
/// differing<n, T>(): the lanes in whose numbers the bits n and 2n differ.
template <int n, element T> mask<T> differing() {
  static constexpr auto table = [] {
    std::array<T, batch<T>::size> lanes{};
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = ((i & n) != 0) != ((i & 2 * n) != 0) ? T(1) : T(0);
    return lanes;
  }();
  return batch<T>::load(table.data()) > T(0);
}

/// to_pairs(v): lane i is lane i / 2 of v.
template <int n = 0, class T> batch<T> to_pairs(batch<T> v) {
  constexpr int step = n == 0 ? batch<T>::size / 2 : n;
  if constexpr (step > 0) v = select(differing<step, T>(), swap_groups<step>(v), v);
  if constexpr (step > 1) return to_pairs<step / 2>(v);
  else return v;
}

/// from_pairs(v): lane i is that of pair i, for a v whose lanes are equal in pairs; the second half has no meaning.
template <int n = 2, class T> batch<T> from_pairs(batch<T> v) {
  if constexpr (n >= batch<T>::size) return v;
  else return from_pairs<2 * n>(select(differing<n / 2, T>(), swap_groups<n>(v), v));
}
} // namespace fluxpp::inline v0_1::simd
