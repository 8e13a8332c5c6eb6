// SPDX-License-Identifier: MIT
#pragma once
// Linear recurrences along any axis.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/kernels/sweep.hpp"

namespace fluxpp::inline v0_1::kernels {

/// recurrence_lines<Lines>(n, step, lagged, a, b, y): lines of n elements, one after another, walked side by side, so that
/// none waits for its own multiplications; step is 1, or -1 from the end.
template <int Lines, class T>
void recurrence_lines(std::ptrdiff_t n, std::ptrdiff_t step, bool lagged, const T* a, const T* b, T* y) {
  std::ptrdiff_t at = step > 0 ? 0 : n - 1;
  T last[Lines];
  for (int l = 0; l < Lines; ++l) y[l * n + at] = last[l] = b[l * n + at];
  for (std::ptrdiff_t k = 1; k < n; ++k, at += step)
    for (int l = 0; l < Lines; ++l) {
      const std::ptrdiff_t next = l * n + at + step;
      y[next] = last[l] = scalar::fma(a[lagged ? next - step : next], last[l], b[next]);
    }
}

/// recurrence(s, lagged, a, b, y): y[k] = a[k] y[k - 1] + b[k], or with a[k - 1] if lagged.
template <class T> void recurrence(const scan_shape& s, bool lagged, const T* a, const T* b, T* y) {
  if (s.rest == 1 && s.n > 0)
    return in_parts(s.lead, s.n, [&](std::ptrdiff_t l, std::ptrdiff_t end) {
      constexpr int many = 2; // more lines, 2^k elements apart, would meet in the same sets of the first cache
      const std::ptrdiff_t step = s.reverse ? -1 : 1;
      for (; l + many <= end; l += many)
        recurrence_lines<many>(s.n, step, lagged, a + l * s.n, b + l * s.n, y + l * s.n);
      for (; l < end; ++l) recurrence_lines<1>(s.n, step, lagged, a + l * s.n, b + l * s.n, y + l * s.n);
    });
  const auto first = [&](std::ptrdiff_t at, std::ptrdiff_t width) { std::copy_n(b + at, width, y + at); };
  sweep_columns(s, first, [&](std::ptrdiff_t at, std::ptrdiff_t before, std::ptrdiff_t width) {
    const auto next = [](auto factor, auto y_before, auto added) {
      using scalar::fma;
      return fma(factor, y_before, added);
    };
    map_row(width, y + at, next, a + (lagged ? before : at), y + before, b + at);
  });
}

} // namespace fluxpp::inline v0_1::kernels
