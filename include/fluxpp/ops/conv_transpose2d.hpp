// SPDX-License-Identifier: MIT
#pragma once
// conv_transpose2d, conv_transpose1d: the transpose of a convolution as an operation of its own, which enlarges images.
#include "fluxpp/ops/conv2d.hpp"

namespace fluxpp::inline v0_1 {

/// conv_transpose_options: fx::conv_transpose2d(x, w, {.stride = 2, .pad = 1, .output_padding = 1}).
struct conv_transpose_options {
  per_axis stride = 1;
  padding pad = 0;
  per_axis output_padding = 0; ///< rows and columns more at the end, of which less than a stride or a dilation is known
  per_axis dilation = 1;
  int groups = 1;
};

namespace ops {

/// The extent of which a convolution has `out` windows: the least, and `more` beyond it.
constexpr int covered_extent(graph::tape& t, int out, const window_axis& w, int more) {
  const int steps = t.extents.product(t.extents.shifted(out, -1), w.stride);
  return t.extents.shifted(t.extents.sum(steps, w.reach(t.extents)), more - w.before - w.after);
}

struct conv_transpose2d_function {
  constexpr var operator()(var x, var w, const conv_transpose_options& o = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 4 || w.rank() != 4) {
      t.fail(graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    const window_axis rows{w.extent(2), o.stride.rows, o.pad.top, o.pad.bottom, o.dilation.rows};
    const window_axis columns{w.extent(3), o.stride.columns, o.pad.left, o.pad.right, o.dilation.columns};
    const auto [more_rows, more_columns] = o.output_padding;
    if (!legal(rows, more_rows) || !legal(columns, more_columns) || o.groups < 1) {
      t.fail(graph::rule::window_options, x.shape(), w.shape());
      return x;
    }
    if (!t.extents.require_multiple(t.extents.resolve(w.extent(0)), o.groups, "conv_transpose2d", line) ||
        !same_extent(t, x.extent(1), w.extent(0), "conv_transpose2d"))
      t.fail(graph::rule::conv_channels, x.shape(), w.shape());
    const dims shape = make_dims(x.extent(0), t.extents.product(w.extent(1), o.groups),
                                 covered_extent(t, x.extent(2), rows, more_rows),
                                 covered_extent(t, x.extent(3), columns, more_columns));
    return conv2d_input_grad::apply(
        x, w, shape, conv_attributes({.stride = o.stride, .pad = o.pad, .dilation = o.dilation, .groups = o.groups}));
  }

private:
  static constexpr bool legal(const window_axis& w, int more) {
    return w.legal() && more >= 0 && (more == 0 || more < w.stride || more < w.dilation);
  }
};

struct conv_transpose1d_function {
  constexpr var operator()(var x, var w, conv_transpose_options o = {}, int line = __builtin_LINE()) const {
    o.stride.rows = o.dilation.rows = 1;
    o.pad.top = o.pad.bottom = o.output_padding.rows = 0;
    return on_rows(conv_transpose2d_function{}, x, w, o, line);
  }
};

} // namespace ops

/// conv_transpose2d(x, w, {.stride, .pad, .output_padding, .dilation, .groups}): the transpose of conv2d, whose filters w
/// would be.
/// shapes   x [n, k, h, w], w [k, c / groups, r, s] -> [n, c, h', w'],
///          h' = (h - 1) stride - 2 pad + dilation (r-1) + output_padding + 1
/// grad     in x: conv2d(ybar, w); in w: conv2d_weight_grad(ybar, x)
/// errors   as conv2d; compile: an output padding that is neither below the stride nor below the dilation
/// accuracy as conv2d
/// source   Zeiler, Krishnan, Taylor & Fergus 2010, doi:10.1109/CVPR.2010.5539957
inline constexpr ops::conv_transpose2d_function conv_transpose2d{};

/// conv_transpose1d(x, w, {.stride, .pad, .output_padding, .dilation, .groups}): the transpose of conv1d.
/// shapes   x [n, k, l], w [k, c / groups, s] -> [n, c, l']
/// grad     as conv_transpose2d
/// errors   as conv_transpose2d
/// accuracy as conv2d
inline constexpr ops::conv_transpose1d_function conv_transpose1d{};

} // namespace fluxpp::inline v0_1
