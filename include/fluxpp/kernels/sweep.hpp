// SPDX-License-Identifier: MIT
#pragma once
// sweep_columns, scan_columns, walk_lines: an array along one of its axes, in order.
#include "fluxpp/kernels/parts.hpp"
#include "fluxpp/kernels/rows.hpp"

#include <algorithm>

namespace fluxpp::inline v0_1::kernels {

/// scan_shape: an array [lead, n, rest] that is scanned along the middle, from the end if reverse.
struct scan_shape {
  std::ptrdiff_t lead = 1, n = 1, rest = 1;
  bool reverse = false;

  bool empty() const { return lead * n * rest == 0; }
  /// Whether one line is enough work for several threads, and lines are few.
  bool shares_lines() const { return rest == 1 && lead < 16 && n > 4 * elements_per_task; }
};

/// sweep_columns(s, first, next): all columns side by side: first(at, width) for the first row of a block of columns,
/// then next(at, before, width) for each one after it; `at` and `before` are offsets of this row and the one before it.
/// Blocks are so narrow that the row before is still in the first cache.
template <class First, class Next> void sweep_columns(const scan_shape& s, First&& first, Next&& next) {
  if (s.empty()) return;
  constexpr std::ptrdiff_t widest = 1024;
  const std::ptrdiff_t blocks = (s.rest + widest - 1) / widest, step = s.reverse ? -s.rest : s.rest;
  in_parts(s.lead * blocks, s.n * std::min(s.rest, widest), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    for (std::ptrdiff_t b = begin; b < end; ++b) {
      const std::ptrdiff_t column = b % blocks * widest, width = std::min(widest, s.rest - column);
      std::ptrdiff_t at = b / blocks * s.n * s.rest + (s.reverse ? (s.n - 1) * s.rest : 0) + column;
      first(at, width);
      for (std::ptrdiff_t k = 1; k < s.n; ++k, at += step) next(at + step, at, width);
    }
  });
}

/// scan_columns(s, exclusive, start, fold, x, y): all elements of a column up to each one, folded in order.
template <class T, class Fold>
void scan_columns(const scan_shape& s, bool exclusive, T start, const Fold& fold, const T* x, T* y) {
  const auto first = [&](std::ptrdiff_t at, std::ptrdiff_t width) {
    if (exclusive) std::fill_n(y + at, width, start);
    else std::copy_n(x + at, width, y + at);
  };
  sweep_columns(s, first, [&](std::ptrdiff_t at, std::ptrdiff_t before, std::ptrdiff_t width) {
    map_row(width, y + at, fold, y + before, x + (exclusive ? before : at));
  });
}

/// walk_lines<Lines>(n, step, at, y, first, next): lines of n elements from `at` on, side by side, so that none waits
/// for its own arithmetic alone; step is 1, or -1 from the end.
template <int Lines, class T, class First, class Next>
void walk_lines(std::ptrdiff_t n, std::ptrdiff_t step, std::ptrdiff_t at, T* y, First&& first, Next&& next) {
  T last[Lines];
  for (int l = 0; l < Lines; ++l) y[at + l * n] = last[l] = first(at + l * n);
  for (std::ptrdiff_t k = 1; k < n; ++k, at += step)
    for (int l = 0; l < Lines; ++l) {
      const std::ptrdiff_t before = at + l * n;
      y[before + step] = last[l] = next(before + step, before, last[l]);
    }
}

/// walk_lines(s, y, first, next): all lines of an array whose last axis is walked: y at the first place of each is
/// first(at), and after it next(at, before, y[before]).
template <class T, class First, class Next>
void walk_lines(const scan_shape& s, T* y, const First& first, const Next& next) {
  if (s.empty()) return;
  in_parts(s.lead, s.n, [&](std::ptrdiff_t l, std::ptrdiff_t end) {
    constexpr int many = 2; // more lines, 2^k elements apart, would meet in the same sets of the first cache
    const std::ptrdiff_t step = s.reverse ? -1 : 1, start = s.reverse ? s.n - 1 : 0;
    for (; l + many <= end; l += many) walk_lines<many>(s.n, step, l * s.n + start, y, first, next);
    for (; l < end; ++l) walk_lines<1>(s.n, step, l * s.n + start, y, first, next);
  });
}

} // namespace fluxpp::inline v0_1::kernels
