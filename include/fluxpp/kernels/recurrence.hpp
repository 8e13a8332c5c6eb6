// SPDX-License-Identifier: MIT
#pragma once
// Running products and linear recurrences along any axis, element after element where what came before may be 0 or tiny
// and the elements by themselves would overflow; along lines a recurrence leaps where they cannot.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/kernels/loop.hpp"
#include "fluxpp/kernels/sweep.hpp"

#include <limits>

namespace fluxpp::inline v0_1::kernels {

/// running_product(s, exclusive, x, y): the product of all elements up to each one.
template <class T> void running_product(const scan_shape& s, bool exclusive, const T* x, T* y) {
  if (s.rest == 1)
    return walk_lines(
        s, y, [&](std::ptrdiff_t at) { return exclusive ? T(1) : x[at]; },
        [&](std::ptrdiff_t at, std::ptrdiff_t before, T last) { return last * x[exclusive ? before : at]; });
  const auto product = [](auto last, auto factor) { return last * factor; };
  scan_columns(s, exclusive, T(1), product, x, y);
}

/// leap_length steps of a recurrence are taken at once, where that can be done for leap_block elements.
inline constexpr std::ptrdiff_t leap_length = 4, leap_block = 16;

/// moderate(a): whether leap_length of these leap_block factors neither overflow nor vanish when they are multiplied.
template <class T> FLUXPP_INLINE bool moderate(const T* a) {
  using V = simd::batch<T>;
  constexpr T most = [] {
    T power = 1;
    for (int i = 0; i < std::numeric_limits<T>::max_exponent / (2 * leap_length); ++i) power *= 2;
    return power;
  }();
  static_assert(leap_block % V::size == 0);
  auto fits = V(T(1)) > V(T(0));
  for (std::ptrdiff_t i = 0; i < leap_block; i += V::size) {
    const V size = abs(V::load(a + i));
    fits = fits & (size <= V(most)) & (size >= V(1 / most));
  }
  return all(fits);
}
/// leap(a, b, y, last): so many elements after `last`, and the last of them. Products and sums of factors and summands
/// up to each are ready before `last` is, so that it is waited for once.
template <int Step, class T> FLUXPP_INLINE T leap(const T* a, const T* b, T* y, T last) {
  using scalar::fma;
  T factor[leap_length]{a[0]}, sum[leap_length]{b[0]};
  for (std::ptrdiff_t i = 1; i < leap_length; ++i) {
    factor[i] = factor[i - 1] * a[i * Step];
    sum[i] = fma(a[i * Step], sum[i - 1], b[i * Step]);
  }
  for (std::ptrdiff_t i = 0; i < leap_length; ++i) y[i * Step] = sum[i] = fma(factor[i], last, sum[i]);
  return sum[leap_length - 1];
}
/// A line of n elements whose neighbours are Step, 1 or -1, apart; a is the factor of the first.
template <int Step, class T> void recurrence_line(std::ptrdiff_t n, const T* a, const T* b, T* y) {
  using scalar::fma;
  T last = y[0] = b[0];
  std::ptrdiff_t k = 1;
  const auto walk = [&](std::ptrdiff_t end) {
    for (; k < end; ++k) y[k * Step] = last = fma(a[k * Step], last, b[k * Step]);
  };
  while (k + leap_block <= n) {
    const std::ptrdiff_t end = k + leap_block;
    if (!moderate(a + (Step > 0 ? k : 1 - end))) walk(end);
    for (; k < end; k += leap_length) last = leap<Step>(a + k * Step, b + k * Step, y + k * Step, last);
  }
  walk(n);
}

/// recurrence(s, lagged, a, b, y): y[k] = a[k] y[k - 1] + b[k], or with a[k - 1] if lagged.
template <class T> void recurrence(const scan_shape& s, bool lagged, const T* a, const T* b, T* y) {
  if (s.empty()) return;
  if (s.rest == 1) {
    const std::ptrdiff_t step = s.reverse ? -1 : 1, start = s.reverse ? s.n - 1 : 0;
    return in_parts(s.lead, s.n, [&](std::ptrdiff_t l, std::ptrdiff_t end) {
      for (std::ptrdiff_t at = l * s.n + start; l < end; ++l, at += s.n) {
        const T* const factors = a + at - (lagged ? step : 0);
        if (s.reverse) recurrence_line<-1>(s.n, factors, b + at, y + at);
        else recurrence_line<1>(s.n, factors, b + at, y + at);
      }
    });
  }
  const auto next = [](auto factor, auto last, auto added) {
    using scalar::fma;
    return fma(factor, last, added);
  };
  const auto first = [&](std::ptrdiff_t at, std::ptrdiff_t width) { std::copy_n(b + at, width, y + at); };
  sweep_columns(s, first, [&](std::ptrdiff_t at, std::ptrdiff_t before, std::ptrdiff_t width) {
    map_row(width, y + at, next, a + (lagged ? before : at), y + before, b + at);
  });
}

} // namespace fluxpp::inline v0_1::kernels
