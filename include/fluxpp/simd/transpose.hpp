// SPDX-License-Identifier: MIT
#pragma once
// A square of batches turned over its diagonal, and the sums of several batches at once.

#include <fluxpp/simd/reduce.hpp>

#include <array>
#include <utility>

namespace fluxpp::inline v0_1::simd {
/// upper_of_pairs<n, T>(): the lanes in the second half of each group of 2n.
template <int n, element T> mask<T> upper_of_pairs() {
  static constexpr auto table = [] {
    std::array<T, batch<T>::size> lanes{};
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = (i & n) != 0 ? T(1) : T(0);
    return lanes;
  }();
  return batch<T>::load(table.data()) > T(0);
}

/// swap_groups<n>(v): v with neighbouring groups of n lanes exchanged.
template <int n, class T> batch<T> swap_groups(batch<T> v) { return batch<T>::wrap(backend::swap_groups<n, T>(v.raw)); }

/// picked(a, b, lane): lane i is number lane(i) of those of a, followed by those of b; lane has no state.
template <class T, class Lane> [[gnu::always_inline]] inline batch<T> picked(batch<T> a, batch<T> b, Lane) {
  constexpr int lanes = batch<T>::size;
  return [&]<int... i>(std::integer_sequence<int, i...>) {
#if defined(FLUXPP_HAS_SHUFFLEVECTOR)
    using native = backend::native<T>;
    if constexpr (lanes > 1)
      return batch<T>::wrap(
          backend::vector<T>(native(__builtin_shufflevector(native(a.raw), native(b.raw), Lane{}(i)...))));
#endif
    T both[2 * lanes];
    a.store(both), b.store(both + lanes);
    const T out[lanes]{both[Lane{}(i)]...};
    return batch<T>::load(out);
  }
  (std::make_integer_sequence<int, lanes>{});
}

/// lower_groups<n>(a, b), upper_groups<n>(a, b): of each two groups of n lanes, the lower (the upper) one of a, then that of b.
template <int n, class T> [[gnu::always_inline]] inline batch<T> lower_groups(batch<T> a, batch<T> b) {
  return picked(a, b, [](int i) { return (i & n) != 0 ? batch<T>::size + i - n : i; });
}
template <int n, class T> [[gnu::always_inline]] inline batch<T> upper_groups(batch<T> a, batch<T> b) {
  return picked(a, b, [](int i) { return (i & n) != 0 ? batch<T>::size + i : i + n; });
}

/// exchange_groups<n>(a, b): the upper of each two groups of n lanes of a and the lower one of b change places.
template <int n, class T> [[gnu::always_inline]] inline void exchange_groups(batch<T>& a, batch<T>& b) {
  const batch<T> lower = lower_groups<n>(a, b);
  b = upper_groups<n>(a, b), a = lower;
}
template <int n, class T, std::size_t count, std::size_t... i>
[[gnu::always_inline]] inline void exchange_groups(std::array<batch<T>, count>& v, std::index_sequence<i...>) {
  ((i & n ? void() : exchange_groups<n>(v[i & ~std::size_t{n}], v[i | n])), ...);
}

/// transpose(v): lane j of v[i] and lane i of v[j] change places, for as many batches as a batch has lanes.
template <std::size_t n = 0, class T, std::size_t count>
[[gnu::always_inline]] inline void transpose(std::array<batch<T>, count>& v) {
  constexpr std::size_t step = n == 0 ? count / 2 : n;
  if constexpr (step > 0) {
    exchange_groups<int{step}>(v, std::make_index_sequence<count>{});
    if constexpr (step > 1) transpose<step / 2>(v);
  }
}

/// sums(v): a batch whose lane i is the sum of all lanes of v[i % count], by the tree of reduce_add; count is a power of
/// two, at most `size`.
template <std::size_t n = 0, class T, std::size_t count>
[[gnu::always_inline]] inline batch<T> sums(const std::array<batch<T>, count>& v) {
  constexpr std::size_t lanes = batch<T>::size, step = n == 0 ? lanes / 2 : n, pairs = step < count ? step : count;
  if constexpr (lanes == 1) return v[0];
  else {
    const auto join = [](batch<T> a, batch<T> b) { // both halves of a's sums below, of b's sums above
      return lower_groups<step>(a, b) + upper_groups<step>(a, b);
    };
    const auto joined = [&]<std::size_t... i>(std::index_sequence<i...>) {
      return std::array<batch<T>, pairs>{join(v[i], v[(i + step) % count])...};
    }
    (std::make_index_sequence<pairs>{});
    if constexpr (step == 1) return joined[0];
    else return sums<step / 2>(joined);
  }
}
} // namespace fluxpp::inline v0_1::simd
