// SPDX-License-Identifier: MIT
#pragma once
// conv2d and its two gradients, each the transpose of the others; conv1d as images of one row.
#include "fluxpp/ops/window.hpp"

namespace fluxpp::inline v0_1 {

/// conv_options: fx::conv2d(x, w, {.stride = 2, .pad = 1}).
struct conv_options {
  per_axis stride = 1;
  padding pad = 0;
  per_axis dilation = 1;
  int groups = 1;
  bool same = false; ///< paddings such that [h, w] becomes [h / stride, w / stride], rounded up; an odd one ends larger
};

namespace ops {

/// The attributes of the three: stride, paddings, dilation, groups, same.
constexpr graph::attributes conv_attributes(const conv_options& o) {
  return graph::make_attributes(o.stride.rows, o.stride.columns, o.pad.top, o.pad.bottom, o.pad.left, o.pad.right,
                                o.dilation.rows, o.dilation.columns, o.groups, o.same);
}

/// conv2d_member<Op>: one of the trilinear form sum over (y, x, w) that meet: what two give, the third has.
template <class Op> struct conv2d_member : linear<2> {
  static constexpr var apply(var a, var b, const dims& shape, const graph::attributes& o) {
    return record<Op>(*a.tape, shape, o, a, b);
  }
};

/// conv2d(x, w): see fx::conv2d.
struct conv2d : conv2d_member<conv2d> {
  static constexpr auto name = "conv2d";
  static constexpr var transpose(const node_view& y, var ybar, int i);
};

/// conv2d_input_grad(y, w): the transpose of conv2d in x.
struct conv2d_input_grad : conv2d_member<conv2d_input_grad> {
  static constexpr auto name = "conv2d_input_grad";
  static constexpr var transpose(const node_view& x, var xbar, int i);
};

/// conv2d_weight_grad(x, y): the transpose of conv2d in w.
struct conv2d_weight_grad : conv2d_member<conv2d_weight_grad> {
  static constexpr auto name = "conv2d_weight_grad";
  static constexpr var transpose(const node_view& w, var wbar, int i) {
    const var x = w.arg(0), y = w.arg(1);
    return i == 0 ? conv2d_input_grad::apply(y, wbar, x.shape(), w.attributes())
                  : conv2d::apply(x, wbar, y.shape(), w.attributes());
  }
};

constexpr var conv2d::transpose(const node_view& y, var ybar, int i) {
  const var x = y.arg(0), w = y.arg(1);
  return i == 0 ? conv2d_input_grad::apply(ybar, w, x.shape(), y.attributes())
                : conv2d_weight_grad::apply(x, ybar, w.shape(), y.attributes());
}
constexpr var conv2d_input_grad::transpose(const node_view& x, var xbar, int i) {
  const var y = x.arg(0), w = x.arg(1);
  return i == 0 ? conv2d::apply(xbar, w, y.shape(), x.attributes())
                : conv2d_weight_grad::apply(xbar, y, w.shape(), x.attributes());
}

/// The shape of conv2d(x, w); what does not fit is a fault.
constexpr dims conv2d_shape(graph::tape& t, const dims& x, const dims& w, const conv_options& o) {
  const int inputs = t.extents.resolve(x[1]), filters = t.extents.resolve(w[0]);
  const int share = o.groups > 0 ? t.extents.product(w[1], o.groups) : -1;
  if (!t.extents.require_multiple(filters, o.groups, "conv2d", t.line) ||
      (inputs >= 0 && share >= 0 && inputs != share))
    t.fail(graph::rule::conv_channels, x, w);
  else if (inputs < 0 || share < 0) t.extents.equate(inputs, share, "conv2d", t.line);
  const window_axis rows{t.extents.resolve(w[2]), o.stride.rows, o.pad.top, o.pad.bottom, o.dilation.rows, o.same};
  const window_axis columns{
      t.extents.resolve(w[3]), o.stride.columns, o.pad.left, o.pad.right, o.dilation.columns, o.same};
  return make_dims(x[0], filters, window_count(t, x[2], rows, x, w), window_count(t, x[3], columns, x, w));
}

struct conv2d_function {
  constexpr var operator()(var x, var w, const conv_options& options = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 4 || w.rank() != 4) {
      t.fail(graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    return conv2d::apply(x, w, conv2d_shape(t, x.shape(), w.shape(), options), conv_attributes(options));
  }
};

/// on_rows(f, x, w, options, line): f on sequences as images of one row.
template <class F, class Options> constexpr var on_rows(F f, var x, var w, const Options& o, int line) {
  graph::at_line(x, line);
  if (x.rank() != 3 || w.rank() != 3) {
    x.tape->fail(graph::rule::rank, x.shape(), w.shape());
    return x;
  }
  const auto as_row = [](var v) { return reshape::apply(v, make_dims(v.extent(0), v.extent(1), 1, v.extent(2))); };
  const var y = f(as_row(x), as_row(w), o, line);
  return reshape::apply(y, make_dims(y.extent(0), y.extent(1), y.extent(3)));
}

struct conv1d_function {
  constexpr var operator()(var x, var w, conv_options o = {}, int line = __builtin_LINE()) const {
    o.stride.rows = o.dilation.rows = 1;
    o.pad.top = o.pad.bottom = 0;
    return on_rows(conv2d_function{}, x, w, o, line);
  }
};

} // namespace ops

/// conv2d(x, w, {.stride, .pad, .dilation, .groups, .same}): cross-correlation of images with filters.
/// shapes   x [n, c, h, w], w [k, c / groups, r, s] -> [n, k, h', w'],  h' = (h + 2 pad - dilation (r-1) - 1) / stride + 1
/// grad     in x: conv2d_input_grad(ybar, w); in w: conv2d_weight_grad(x, ybar)
/// errors   compile: channels differ, groups do not divide the filters, a window is larger than the padded image; run: so
///          with named extents (shape_error)
/// accuracy 4 ulp * sqrt(c r s) against double
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
inline constexpr ops::conv2d_function conv2d{};

/// conv1d(x, w, {.stride, .pad, .dilation, .groups, .same}): cross-correlation of sequences with filters.
/// shapes   x [n, c, l], w [k, c / groups, s] -> [n, k, l'],  l' = (l + 2 pad - dilation (s-1) - 1) / stride + 1
/// grad     as conv2d
/// errors   as conv2d
/// accuracy as conv2d
inline constexpr ops::conv1d_function conv1d{};

} // namespace fluxpp::inline v0_1
