// SPDX-License-Identifier: MIT
#pragma once
// recurrence: y[k + 1] = x[k] y[k] + b[k] along an axis, or from its end.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/core/shape.hpp"
#include "fluxpp/kernels/parts.hpp"

#include <algorithm>

namespace fluxpp::inline v0_1::kernels {

/// affine<T>: a line's part as a map: what follows it is factor y + added.
template <class T> struct affine { T factor, added; };

/// recurrence<T>: arrays of lines of n elements, `step` apart; without b it is 0.
template <class T> struct recurrence {
  const T* x;
  const T* b;
  T* y;
  std::ptrdiff_t n, step;

  T next(std::ptrdiff_t at, T before) const {
    return b == nullptr ? x[at] * before : scalar::fma(x[at], before, b[at]);
  }

  /// Writes a part of a line, `count` elements from `at`, after `value`; gives what follows.
  T walk(std::ptrdiff_t at, std::ptrdiff_t count, T value) const {
    for (; count > 0; --count, at += step) y[at] = value, value = next(at, value);
    return value;
  }
};

/// The parts of a long line that are walked side by side, so that no product waits for the one before it.
inline constexpr int side_by_side = 8;

/// One line from `at`: first the maps of equal parts, then the parts after what precedes them.
template <class T> void walk_line(const recurrence<T>& r, std::ptrdiff_t at, T value) {
  const std::ptrdiff_t part = r.n / side_by_side;
  const auto begin = [&](int p) { return at + p * part * r.step; };
  affine<T> map[side_by_side];
  std::fill(map, map + side_by_side, affine<T>{T(1), T(0)});
  for (std::ptrdiff_t k = 0; k < part; ++k)
    for (int p = 0; p < side_by_side; ++p) {
      const std::ptrdiff_t here = begin(p) + k * r.step;
      map[p].factor *= r.x[here];
      if (r.b != nullptr) map[p].added = r.next(here, map[p].added);
    }
  T before[side_by_side];
  for (int p = 0; p < side_by_side; ++p) before[p] = value, value = map[p].factor * value + map[p].added;
  for (std::ptrdiff_t k = 0; k < part; ++k)
    for (int p = 0; p < side_by_side; ++p) {
      const std::ptrdiff_t here = begin(p) + k * r.step;
      r.y[here] = before[p], before[p] = r.next(here, before[p]);
    }
  r.walk(begin(side_by_side), r.n - part * side_by_side, value);
}

/// `width` neighbouring lines from `at`, an element of each at a time.
template <class T> void walk_columns(const recurrence<T>& r, std::ptrdiff_t at, std::ptrdiff_t width, T first) {
  std::fill_n(r.y + at, width, first);
  for (std::ptrdiff_t k = 1; k < r.n; ++k, at += r.step)
    for (std::ptrdiff_t i = at; i < at + width; ++i) r.y[i + r.step] = r.next(i, r.y[i]);
}

/// run_recurrence(x, b, y, shape, axis, from_end, first): all lines along an axis, divided among threads.
template <class T>
void run_recurrence(const T* x, const T* b, T* y, const dims& shape, int axis, bool from_end, T first) {
  std::ptrdiff_t lead = 1, width = 1;
  for (int i = 0; i < axis; ++i) lead *= shape[i];
  for (int i = axis + 1; i < shape.rank; ++i) width *= shape[i];
  const recurrence<T> r{x, b, y, shape[axis], from_end ? -width : width};
  if (r.n == 0 || width == 0) return;
  in_parts(lead * width, r.n, [&](std::ptrdiff_t line, std::ptrdiff_t end) {
    while (line < end) {
      const std::ptrdiff_t l = line / width, count = std::min(end, (l + 1) * width) - line;
      const std::ptrdiff_t at = line + l * (r.n - 1) * width + (from_end ? (r.n - 1) * width : 0);
      width == 1 ? walk_line(r, at, first) : walk_columns(r, at, count, first);
      line += count;
    }
  });
}

} // namespace fluxpp::inline v0_1::kernels
