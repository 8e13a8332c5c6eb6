// SPDX-License-Identifier: MIT
#pragma once
// conv_transpose2d: the transpose of a convolution as an operation of its own, which enlarges images.
#include "fluxpp/ops/conv2d.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// The extent of which a convolution has `out` windows, the least that has.
constexpr int covered_extent(graph::tape& t, int out, const window_axis& w) {
  const int steps = t.extents.product(t.extents.shifted(out, -1), w.stride);
  return t.extents.shifted(t.extents.sum(steps, w.reach(t.extents)), -w.before - w.after);
}

struct conv_transpose2d_function {
  constexpr var operator()(var x, var w, const conv_options& o = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    const window_axis rows{w.extent(2), o.stride.rows, o.pad.top, o.pad.bottom, o.dilation.rows};
    const window_axis columns{w.extent(3), o.stride.columns, o.pad.left, o.pad.right, o.dilation.columns};
    const bool images = x.rank() == 4 && w.rank() == 4;
    if (!images || !rows.legal() || !columns.legal() || o.same || o.groups < 1) {
      t.fail(images ? graph::rule::window_options : graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    if (!t.extents.require_multiple(t.extents.resolve(w.extent(0)), o.groups, "conv_transpose2d", line) ||
        !same_extent(t, x.extent(1), w.extent(0), "conv_transpose2d"))
      t.fail(graph::rule::conv_channels, x.shape(), w.shape());
    const dims shape = make_dims(x.extent(0), t.extents.product(w.extent(1), o.groups),
                                 covered_extent(t, x.extent(2), rows), covered_extent(t, x.extent(3), columns));
    return conv2d_input_grad::apply(x, w, shape, conv_attributes(o));
  }
};

} // namespace ops

/// conv_transpose2d(x, w, {.stride, .pad, .dilation, .groups}): the transpose of conv2d, whose filters w would be.
/// shapes   x [n, k, h, w], w [k, c / groups, r, s] -> [n, c, h', w'],  h' = (h - 1) stride - 2 pad + dilation (r-1) + 1
/// grad     in x: conv2d(ybar, w); in w: conv2d_weight_grad(ybar, x)
/// errors   as conv2d; compile: padding `same`, which names no extent
/// accuracy as conv2d
/// source   Zeiler, Krishnan, Taylor & Fergus 2010, doi:10.1109/CVPR.2010.5539957
inline constexpr ops::conv_transpose2d_function conv_transpose2d{};

} // namespace fluxpp::inline v0_1
