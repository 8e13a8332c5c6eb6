// SPDX-License-Identifier: MIT
#pragma once
// grid_sample: images read at the places of a grid, between pixels and beyond the border.
#include "fluxpp/ops/abs.hpp"
#include "fluxpp/ops/floor.hpp"
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/maximum.hpp"
#include "fluxpp/ops/patch.hpp"
#include "fluxpp/ops/slice.hpp"

namespace fluxpp::inline v0_1 {

/// What is read between pixels: the nearest, or the mean of the four around.
enum class sampling : int { nearest, linear };

/// What is read outside an image: 0, the nearest pixel of the border, or the image reflected at its border.
enum class outside : int { zeros, border, reflection };

/// grid_sample_options: fx::grid_sample(x, grid, {.padding = fx::outside::border}).
struct grid_sample_options {
  sampling mode = sampling::linear;
  outside padding = outside::zeros;
  bool align_corners = false; ///< -1 and 1 are the centres of the first and last pixels, else the edges of the image
};

namespace ops {

/// Coordinates c >= low reflected into [low, low + span] as often as needed.
constexpr var reflected(var c, double low, var span) {
  const int line = c.tape->line;
  const var way = fluxpp::abs(c - var(low), line), turns = fluxpp::floor(way / span, line);
  const var rest = way - turns * span, odd = turns - var(2.0) * fluxpp::floor(turns * var(0.5), line);
  return rest + odd * (span - var(2.0) * rest) + var(low);
}

/// Pixels along an axis of so many, from coordinates in [-1, 1].
constexpr var pixels_of(var g, var extent, const grid_sample_options& o) {
  const int line = g.tape->line;
  const var last = extent - var(1.0);
  var c = o.align_corners ? (g + var(1.0)) * (last * var(0.5)) : ((g + var(1.0)) * extent - var(1.0)) * var(0.5);
  if (o.padding == outside::zeros) return c;
  if (o.padding == outside::reflection)
    c = o.align_corners ? reflected(c, 0, fluxpp::maximum(last, 1.0, line)) : reflected(c, -0.5, extent);
  return fluxpp::minimum(fluxpp::maximum(c, 0.0, line), last, line);
}

/// The nearest whole number, the even one of two.
constexpr var rounded(var c) {
  const int line = c.tape->line;
  const var up = fluxpp::floor(c + var(0.5), line), odd = up - var(2.0) * fluxpp::floor(up * var(0.5), line);
  return up - fluxpp::equal(up - c, 0.5, line) * odd;
}

/// The shares 1 - f and f of two neighbours, along the axis of the extents [.., 2, ..] given.
constexpr var shares(var f, const dims& extents, const dims& pair) {
  const var second = reshape::apply(iota::apply(*f.tape, 2), pair); // 0, 1
  const var part = reshape::apply(f, extents);
  return (var(1.0) - second) + (var(2.0) * second - var(1.0)) * part;
}

struct grid_sample_function {
  constexpr var operator()(var x, var grid, const grid_sample_options& o = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (!fits(x, grid)) {
      t.fail(graph::rule::grid, x.shape(), grid.shape());
      return x;
    }
    const int n = x.extent(0), places = t.extents.product(grid.extent(1), grid.extent(2));
    const auto along = [&](int axis, int coordinate) {
      const var g = slice_function{}(grid, 3, coordinate, coordinate + 1, 1, line);
      return pixels_of(reshape::apply(g, make_dims(n, places)), folded_count(t, x.shape(), 1u << axis), o);
    };
    const var y = read(x, along(2, 1), along(3, 0), o.mode);
    return reshape::apply(y, make_dims(n, x.extent(1), grid.extent(1), grid.extent(2)));
  }

private:
  static constexpr bool fits(var x, var grid) {
    if (x.rank() != 4 || grid.rank() != 4) return false;
    return same_extent(*x.tape, grid.extent(0), x.extent(0), "grid_sample") &&
           same_extent(*x.tape, grid.extent(3), 2, "grid_sample");
  }
  /// x at the pixels (i, j), which need not be whole.
  static constexpr var read(var x, var i, var j, sampling mode) {
    const int line = x.tape->line, n = i.extent(0), places = i.extent(1);
    const dims result = make_dims(n, x.extent(1), places);
    if (mode == sampling::nearest) {
      const var one = broadcast_to(x.tape->constant(1), make_dims(n, 1, places));
      return patch_sum::apply(x, rounded(i), rounded(j), one, result, graph::make_attributes(1));
    }
    const var top = fluxpp::floor(i, line), left = fluxpp::floor(j, line);
    const dims each = make_dims(n, 1, 1, places);
    const var w = shares(i - top, each, make_dims(2, 1, 1)) * shares(j - left, each, make_dims(2, 1));
    return patch_sum::apply(x, top, left, reshape::apply(w, make_dims(n, 4, places)), result,
                            graph::make_attributes(2));
  }
};

} // namespace ops

/// grid_sample(x, grid, {.mode, .padding, .align_corners}): image n read at the places (x, y) = grid[n, i, j].
/// shapes   x [n, c, h, w], grid [n, h', w', 2] -> [n, c, h', w']
/// grad     in x: each ybar given back to the pixels read; in grid: the slope between pixels, 0 for nearest, and 0 of a
///          coordinate that padding `border` moved
/// errors   compile: grid is not [n, .., .., 2] for the n images of x; run: so with named extents (shape_error)
/// units    -1 to 1 across the image, first x, then y
/// accuracy 4 ulp of the largest pixel read, and the accuracy of a coordinate in pixels
/// source   Jaderberg, Simonyan, Zisserman & Kavukcuoglu 2015, arXiv:1506.02025; conventions of PyTorch
inline constexpr ops::grid_sample_function grid_sample{};

} // namespace fluxpp::inline v0_1
