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

/// window_axis: how one axis is covered; the size may be a named extent.
struct window_axis {
  int size = 1, stride = 1, before = 0, after = 0, dilation = 1;
  bool same = false;    ///< as many outputs as strides begin in the axis; the paddings follow from its extent
  bool ceiling = false; ///< a last window may reach beyond the padding, if it begins before it

  constexpr bool legal() const { return size != 0 && stride > 0 && dilation > 0; }

  /// From the first element under a window to the end of the last.
  constexpr int reach(graph::extent_table& t) const { return t.shifted(t.product(size, dilation), 1 - dilation); }

  /// The number of windows in an extent that is large enough. With `ceiling` the last may begin anywhere inside.
  constexpr int count(graph::extent_table& t, int in) const {
    if (same) return t.quotient(t.shifted(in, stride - 1), stride);
    const int most = before - 1, reached = reach(t);
    int room = t.difference(t.shifted(in, before + after), reached);
    if (ceiling) {
      const int beyond = before + after - reached + stride - 1;
      room = t.shifted(in, beyond < most ? beyond : most);
    }
    return t.shifted(t.quotient(room, stride), 1);
  }
};

/// The number of windows along an axis; fewer than one is a fault or a check.
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
constexpr int window_count(graph::tape& t, int in, const window_axis& w, const dims& x, const dims& windows) {
  if (!w.legal()) {
    t.fail(graph::rule::window_options, x, windows);
    return in;
  }
  const int padded = t.extents.shifted(in, w.before + w.after), reach = w.reach(t.extents);
  const bool fixed = padded >= 0 && reach >= 0;
  if (!w.same && fixed && padded < reach) {
    t.fail(graph::rule::conv_window, x, windows);
    return in;
  }
  if (!w.same && !fixed) t.extents.require_at_least(padded, reach, "window", t.line);
  return w.count(t.extents, in);
}

} // namespace ops
} // namespace fluxpp::inline v0_1
