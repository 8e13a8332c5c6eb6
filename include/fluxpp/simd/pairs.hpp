// SPDX-License-Identifier: MIT
#pragma once
// Groups of lanes twice each, and back.

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

/// doubled<g>(v): every group of g lanes twice: lane i is lane i / 2g g + i % g of v.
template <int g, class T, int n = batch<T>::size / 2> [[gnu::always_inline]] inline batch<T> doubled(batch<T> v) {
  static_assert(g > 0);
  if constexpr (n < g) return v;
  else return doubled<g, T, n / 2>(select(differing<n, T>(), swap_groups<n>(v), v));
}

/// halved<g>(v): the inverse, for a v whose groups are equal in pairs; the second half has no meaning.
template <int g, class T, int n = 2 * g> [[gnu::always_inline]] inline batch<T> halved(batch<T> v) {
  static_assert(g > 0);
  if constexpr (n >= batch<T>::size) return v;
  else return halved<g, T, 2 * n>(select(differing<n / 2, T>(), swap_groups<n>(v), v));
}
} // namespace fluxpp::inline v0_1::simd
