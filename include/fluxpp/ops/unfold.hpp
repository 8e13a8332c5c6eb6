// SPDX-License-Identifier: MIT
#pragma once
// unfold, fold: the pixels under each window of an image as a column, and columns added where they came from; each
// other's transposes.
#include "fluxpp/ops/window.hpp"

namespace fluxpp::inline v0_1 {

/// unfold_options: fx::unfold(x, 3, {.stride = 2}).
struct unfold_options {
  per_axis stride = 1;
  padding pad = 0;
  per_axis dilation = 1;
};

namespace ops {

/// The attributes of the two: size, stride, paddings, dilation. Rows of size 0 are as many as the extents say.
constexpr graph::attributes unfold_attributes(const per_axis& size, const unfold_options& o) {
  return graph::make_attributes(size.rows, size.columns, o.stride.rows, o.stride.columns, o.pad.top, o.pad.bottom,
                                o.pad.left, o.pad.right, o.dilation.rows, o.dilation.columns);
}

/// unfold(x): see fx::unfold.
struct unfold : linear<1> {
  static constexpr auto name = "unfold";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& o) {
    return record<unfold>(*x.tape, shape, o, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int);
};

/// fold(y): see fx::fold.
struct fold_windows : linear<1> {
  static constexpr auto name = "fold";
  static constexpr var apply(var y, const dims& shape, const graph::attributes& o) {
    return record<fold_windows>(*y.tape, shape, o, y);
  }
  static constexpr var transpose(const node_view& x, var xbar, int) {
    return unfold::apply(xbar, x.arg(0).shape(), x.attributes());
  }
};

constexpr var unfold::transpose(const node_view& y, var ybar, int) {
  return fold_windows::apply(ybar, y.arg(0).shape(), y.attributes());
}

/// The numbers of windows along rows and columns of images of this shape.
constexpr per_axis windows_of(graph::tape& t, const dims& x, const per_axis& size, const unfold_options& o) {
  const window_axis rows{size.rows, o.stride.rows, o.pad.top, o.pad.bottom, o.dilation.rows};
  const window_axis columns{size.columns, o.stride.columns, o.pad.left, o.pad.right, o.dilation.columns};
  const dims windows = make_dims(size.rows, size.columns);
  return {window_count(t, x[2], rows, x, windows), window_count(t, x[3], columns, x, windows)};
}

struct unfold_function {
  constexpr var operator()(var x, per_axis size, const unfold_options& o = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 4 || size.rows < 1 || size.columns < 1) {
      t.fail(x.rank() != 4 ? graph::rule::rank : graph::rule::window_options, x.shape(),
             make_dims(size.rows, size.columns));
      return x;
    }
    const per_axis count = windows_of(t, x.shape(), size, o);
    const int channels = t.extents.product(x.extent(1), size.rows * size.columns);
    return unfold::apply(x, make_dims(x.extent(0), channels, t.extents.product(count.rows, count.columns)),
                         unfold_attributes(size, o));
  }
};

struct fold_function {
  constexpr var operator()(var y, per_axis image, per_axis size, const unfold_options& o = {},
                           int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(y, line);
    if (y.rank() != 3 || size.rows < 1 || size.columns < 1) {
      t.fail(y.rank() != 3 ? graph::rule::rank : graph::rule::window_options, y.shape(),
             make_dims(size.rows, size.columns));
      return y;
    }
    const int channels = t.extents.quotient(y.extent(1), size.rows * size.columns);
    const dims shape = make_dims(y.extent(0), channels, image.rows, image.columns);
    const per_axis count = windows_of(t, shape, size, o);
    if (!same_extent(t, y.extent(1), t.extents.product(channels, size.rows * size.columns), "fold") ||
        !same_extent(t, y.extent(2), t.extents.product(count.rows, count.columns), "fold"))
      t.fail(graph::rule::fold, y.shape(), shape);
    return fold_windows::apply(y, shape, unfold_attributes(size, o));
  }
};

} // namespace ops

/// unfold(x, {r, s}, {.stride, .pad, .dilation}): the r s elements of each channel under each window as a column.
/// shapes   x [n, c, h, w] -> [n, c r s, h' w'], h' and w' as in conv2d
/// grad     fold(ybar)
/// errors   compile: a window is larger than the padded image; run: so with named extents (shape_error)
/// accuracy exact
inline constexpr ops::unfold_function unfold{};

/// fold(y, {h, w}, {r, s}, {.stride, .pad, .dilation}): images of zeros, and each column added where unfold would have
/// read it.
/// shapes   y [n, c r s, h' w'] -> [n, c, h, w]
/// grad     unfold(ybar)
/// errors   compile: y does not have r s rows per channel, or a column per window; run: so with named extents (shape_error)
inline constexpr ops::fold_function fold{};

} // namespace fluxpp::inline v0_1
