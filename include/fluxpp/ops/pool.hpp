// SPDX-License-Identifier: MIT
#pragma once
// What the pools share: their options, attributes and shapes.
#include "fluxpp/ops/window.hpp"

namespace fluxpp::inline v0_1 {

/// pool_options: fx::max_pool2d(x, {.size = 3, .stride = 2}).
struct pool_options {
  per_axis size = 2;
  per_axis stride = 0;        ///< 0: as size
  padding pad = 0;            ///< of -infinity for the maximum; see count_padding for the mean
  bool same = false;          ///< as in conv_options
  bool ceiling = false;       ///< count windows that begin inside but reach beyond the end
  bool count_padding = false; ///< the mean divides by the whole window, zeros of the padding included
};

namespace ops {

/// The attributes of a pool: size, stride, paddings, same, count_padding, adaptive.
constexpr graph::attributes pool_attributes(const pool_options& o) {
  return graph::make_attributes(o.size.rows, o.size.columns, o.stride.rows, o.stride.columns, o.pad.top, o.pad.bottom,
                                o.pad.left, o.pad.right, o.same, o.count_padding, 0);
}
/// Those of a pool with as many windows as the result has extents, which cover the image evenly.
constexpr graph::attributes adaptive_attributes() {
  graph::attributes a = pool_attributes({.size = 1, .stride = 1});
  a.value[10] = 1;
  return a;
}

constexpr dims pool_shape(graph::tape& t, const dims& x, const pool_options& o) {
  const window_axis rows{o.size.rows, o.stride.rows, o.pad.top, o.pad.bottom, 1, o.same, o.ceiling};
  const window_axis columns{o.size.columns, o.stride.columns, o.pad.left, o.pad.right, 1, o.same, o.ceiling};
  const dims windows = make_dims(o.size.rows, o.size.columns);
  if (o.pad.top >= o.size.rows || o.pad.bottom >= o.size.rows || o.pad.left >= o.size.columns ||
      o.pad.right >= o.size.columns)
    t.fail(graph::rule::window_options, x, windows); // a window would see nothing but padding
  return make_dims(x[0], x[1], window_count(t, x[2], rows, x, windows), window_count(t, x[3], columns, x, windows));
}

/// pool2d<Op>: the function object of a pool of images.
template <class Op> struct pool2d {
  constexpr var operator()(var x, pool_options o = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() != 4) {
      x.tape->fail(graph::rule::rank, x.shape(), make_dims(o.size.rows, o.size.columns));
      return x;
    }
    if (o.stride.rows == 0) o.stride.rows = o.size.rows;
    if (o.stride.columns == 0) o.stride.columns = o.size.columns;
    return Op::apply(x, pool_shape(*x.tape, x.shape(), o), pool_attributes(o));
  }
};

/// adaptive_pool2d<Op>: the function object of a pool that is told the extents of its result.
template <class Op> struct adaptive_pool2d {
  constexpr var operator()(var x, per_axis extents, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const bool positive = extents.rows > 0 && extents.columns > 0;
    if (x.rank() != 4 || !positive) {
      x.tape->fail(positive ? graph::rule::rank : graph::rule::window_options, x.shape(),
                   make_dims(extents.rows, extents.columns));
      return x;
    }
    require_elements(x, 0b1100, "adaptive_pool2d");
    return Op::apply(x, make_dims(x.extent(0), x.extent(1), extents.rows, extents.columns), adaptive_attributes());
  }
};

} // namespace ops
} // namespace fluxpp::inline v0_1
