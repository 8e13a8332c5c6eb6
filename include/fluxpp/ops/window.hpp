// SPDX-License-Identifier: MIT
#pragma once
// How convolutions and pools cover an image: strides, paddings, dilations, and the extents that follow.
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {

/// per_axis: a number for rows and one for columns; one number stands for both.
struct per_axis {
  int rows, columns;
  constexpr per_axis(int both) : rows(both), columns(both) {}
  constexpr per_axis(int r, int c) : rows(r), columns(c) {}
};

/// padding: what is added to an image: on all sides, {rows, columns} on both sides, or {top, bottom, left, right}.
struct padding {
  int top, bottom, left, right;
  constexpr padding(int all) : padding(all, all) {}
  constexpr padding(int rows, int columns) : padding(rows, rows, columns, columns) {}
  constexpr padding(int t, int b, int l, int r) : top(t), bottom(b), left(l), right(r) {}
};

namespace ops {

/// window_axis: how one axis is covered.
struct window_axis {
  int size = 1, stride = 1, before = 0, after = 0, dilation = 1;
  bool same = false;     ///< as many outputs as strides begin in the axis; the paddings follow from its extent
  bool ceiling = false;  ///< a last window may reach beyond the padding, if it begins before it

  constexpr int reach() const { return (size - 1) * dilation + 1; }
  constexpr bool legal() const { return size > 0 && stride > 0 && dilation > 0; }

  /// What is added to the extent before strides are counted; with `ceiling`, the last may begin anywhere inside.
  constexpr int shift() const {
    const int exact = before + after - reach();
    if (!ceiling) return exact;
    return exact + stride - 1 < before - 1 ? exact + stride - 1 : before - 1;
  }
};

/// The number of windows along an axis; fewer than one is a fault or a check.
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
constexpr int window_count(graph::tape& t, int in, const window_axis& w, const dims& x, const dims& windows) {
  in = t.extents.resolve(in);
  if (!w.legal()) {
    t.fail(graph::rule::conv_window, x, windows);
    return in;
  }
  if (w.same) return t.extents.quotient(t.extents.shifted(in, w.stride - 1), w.stride);
  const int least = w.reach() - w.before - w.after;
  if (in >= 0 && in < least) t.fail(graph::rule::conv_window, x, windows);
  if (in < 0 && least > 0) t.extents.require_at_least(in, least, "window", t.line);
  return t.extents.shifted(t.extents.quotient(t.extents.shifted(in, w.shift()), w.stride), 1);
}

}  // namespace ops
}  // namespace fluxpp::inline v0_1
