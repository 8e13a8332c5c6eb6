// SPDX-License-Identifier: MIT
#pragma once
// What loops by hand are made of: batches of all elements, several at a time, and the lanes of the last one by number.
#include <fluxpp/simd/simd.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace bench {
using fluxpp::simd::batch;

/// each_batch<T, N>(n, f): f(i, k, lanes) for all elements, N batches at a time, k is 0, ... N - 1; lanes is a constant for
/// a whole batch, a number for the last, partial one.
template <class T, int N, class F> void each_batch(std::size_t n, F&& f) {
  constexpr std::size_t width = batch<T>::size;
  std::size_t i = 0;
  for (; i + N * width <= n; i += N * width) [&]<int... K>(std::integer_sequence<int, K...>) {
      (f(i + K * width, std::integral_constant<int, K>{}, std::integral_constant<int, batch<T>::size>{}), ...);
    }
  (std::make_integer_sequence<int, N>{});
  for (; i + width <= n; i += width)
    f(i, std::integral_constant<int, 0>{}, std::integral_constant<int, batch<T>::size>{});
  if (i < n) f(i, std::integral_constant<int, 0>{}, static_cast<int>(n - i));
}
template <class T> batch<T> load(const T* from, int n) { return batch<T>::load_first(from, n); }
template <class T> batch<T> load(const T* from, std::integral_constant<int, batch<T>::size>) {
  return batch<T>::load(from);
}
template <class T> void store(batch<T> v, T* to, int n) { v.store_first(to, n); }
template <class T> void store(batch<T> v, T* to, std::integral_constant<int, batch<T>::size>) { v.store(to); }
template <class T> batch<T> keep(batch<T> v, int n, T fill) { return keep_first(v, n, fill); }
template <class T> batch<T> keep(batch<T> v, std::integral_constant<int, batch<T>::size>, T) { return v; }

} // namespace bench
