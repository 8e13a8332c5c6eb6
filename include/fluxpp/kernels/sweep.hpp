// SPDX-License-Identifier: MIT
#pragma once
// sweep_columns: walking an array along one of its axes, all columns side by side.
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

/// sweep_columns(s, first, next): all columns side by side: first(at, width) for the first row of a block of columns, then
/// next(at, before, width) for each one after it; `at` and `before` are offsets of this row and the one before it. Blocks
/// are so narrow that the row before is still in the first cache.
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

} // namespace fluxpp::inline v0_1::kernels
