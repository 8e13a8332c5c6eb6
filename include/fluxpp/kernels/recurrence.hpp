// SPDX-License-Identifier: MIT
#pragma once
// Running products and linear recurrences along any axis, element after element: what came before may be 0 or tiny
// where the elements by themselves would overflow.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/kernels/sweep.hpp"

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

/// recurrence(s, lagged, a, b, y): y[k] = a[k] y[k - 1] + b[k], or with a[k - 1] if lagged.
template <class T> void recurrence(const scan_shape& s, bool lagged, const T* a, const T* b, T* y) {
  const auto next = [](auto factor, auto last, auto added) {
    using scalar::fma;
    return fma(factor, last, added);
  };
  if (s.rest == 1)
    return walk_lines(
        s, y, [&](std::ptrdiff_t at) { return b[at]; },
        [&](std::ptrdiff_t at, std::ptrdiff_t before, T last) { return next(a[lagged ? before : at], last, b[at]); });
  const auto first = [&](std::ptrdiff_t at, std::ptrdiff_t width) { std::copy_n(b + at, width, y + at); };
  sweep_columns(s, first, [&](std::ptrdiff_t at, std::ptrdiff_t before, std::ptrdiff_t width) {
    map_row(width, y + at, next, a + (lagged ? before : at), y + before, b + at);
  });
}

} // namespace fluxpp::inline v0_1::kernels
