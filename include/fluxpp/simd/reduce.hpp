// SPDX-License-Identifier: MIT
#pragma once
// The sum, product, largest and smallest lane of a batch, always by the same tree: halves, quarters, eighths.

#include <fluxpp/simd/batch.hpp>

namespace fluxpp::inline v0_1::simd {
/// max(a, b), min(a, b): the larger, the smaller; NaN if either is.
template <class T> batch<T> max(batch<T> a, batch<T> b) { return select((a > b) | (a != a), a, b); }
template <class T> batch<T> min(batch<T> a, batch<T> b) { return select((a < b) | (a != a), a, b); }

namespace backend {
// swap<n>(v): v with neighbouring groups of n lanes exchanged.
#if defined(__AVX512F__)
template <int n> __m512 swap(__m512 v) {
  if constexpr (n >= 4) return _mm512_shuffle_f32x4(v, v, n == 8 ? 0x4E : 0xB1);
  else return _mm512_permute_ps(v, n == 2 ? 0x4E : 0xB1);
}
template <int n> __m512d swap(__m512d v) {
  if constexpr (n >= 2) return _mm512_shuffle_f64x2(v, v, n == 4 ? 0x4E : 0xB1);
  else return _mm512_permute_pd(v, 0x55);
}
#endif
#if defined(__AVX__)
template <int n> __m256 swap(__m256 v) {
  if constexpr (n == 4) return _mm256_permute2f128_ps(v, v, 1);
  else return _mm256_permute_ps(v, n == 2 ? 0x4E : 0xB1);
}
template <int n> __m256d swap(__m256d v) {
  if constexpr (n == 2) return _mm256_permute2f128_pd(v, v, 1);
  else return _mm256_permute_pd(v, 0x5);
}
#endif
template <int n, class T> vector<T> swap_groups(vector<T> v) {
  if constexpr (requires { swap<n>(native<T>(v)); }) return vector<T>(swap<n>(native<T>(v)));
  else {
    T from[lanes<T>], to[lanes<T>];
    store<T>(from, v);
    for (int i = 0; i < lanes<T>; ++i) to[i] = from[i ^ n];
    return load<T>(to);
  }
}

template <int n, class T, class Op> batch<T> fold(batch<T> v, Op op) {
  if constexpr (n == 0) return v;
  else return fold<n / 2>(op(v, batch<T>::wrap(swap_groups<n, T>(v.raw))), op);
}
} // namespace backend

/// reduce_add(v): the sum of all lanes.
template <class T> T reduce_add(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return a + b; }).get(0);
}

/// reduce_mul(v): the product of all lanes.
template <class T> T reduce_mul(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return a * b; }).get(0);
}

/// reduce_max(v): the largest lane; NaN if one is NaN.
template <class T> T reduce_max(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return max(a, b); }).get(0);
}

/// reduce_min(v): the smallest lane; NaN if one is NaN.
template <class T> T reduce_min(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return min(a, b); }).get(0);
}
} // namespace fluxpp::inline v0_1::simd
