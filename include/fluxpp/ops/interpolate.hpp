// SPDX-License-Identifier: MIT
#pragma once
// interpolate, upsample: images, sequences and volumes at other extents, one axis after the other.
#include "fluxpp/ops/reduction.hpp"
#include "fluxpp/ops/reshape.hpp"

namespace fluxpp::inline v0_1 {

/// How a new element is made of old ones: the nearest, or a mean of two (linear; bilinear of images), or of four (cubic).
enum class interpolation : int {
  nearest,       ///< the element at floor(i in / out)
  nearest_exact, ///< the element whose centre is nearest
  linear,
  cubic
};

/// interpolate_options: fx::interpolate(x, {64, 64}, {.mode = fx::interpolation::cubic}).
struct interpolate_options {
  interpolation mode = interpolation::linear;
  bool align_corners = false; ///< the centres of the first and last elements stay, else the edges of the image
  bool antialias = false;     ///< where an axis shrinks, means of as many more elements
};

namespace ops {

/// resample(x): the axis in attribute 0 with as many elements as the result has; attributes 1 to 3 are the options.
struct resample : linear<1> {
  static constexpr auto name = "resample";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& a) {
    return x.shape() == shape ? x : record<resample>(*x.tape, shape, a, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int);
};

/// resample_grad(y): the transpose of resample.
struct resample_grad : linear<1> {
  static constexpr auto name = "resample_grad";
  static constexpr var apply(var y, const dims& shape, const graph::attributes& a) {
    return record<resample_grad>(*y.tape, shape, a, y);
  }
  static constexpr var transpose(const node_view& x, var xbar, int) {
    return resample::apply(xbar, x.arg(0).shape(), x.attributes());
  }
};

constexpr var resample::transpose(const node_view& y, var ybar, int) {
  return resample_grad::apply(ybar, y.arg(0).shape(), y.attributes());
}

/// x with other extents behind its second axis, the last axis first.
constexpr var interpolated(var x, const dims& extents, const interpolate_options& o) {
  dims shape = x.shape();
  for (int axis = x.rank() - 1; axis >= 2; --axis) {
    shape[axis] = x.tape->extents.resolve(extents[axis - 2]);
    const auto mode = static_cast<int>(o.mode);
    x = resample::apply(x, shape, graph::make_attributes(axis, mode, o.align_corners, o.antialias));
  }
  return x;
}

struct interpolate_function {
  constexpr var operator()(var x, const extent_list& extents, const interpolate_options& o = {},
                           int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    bool fits = x.rank() > 2 && extents.extents.rank == x.rank() - 2;
    for (int i = 0; i < extents.extents.rank; ++i)
      fits = fits && extents.extents[i] != -1 && t.extents.resolve(extents.extents[i]) != 0;
    if (!fits) {
      t.fail(graph::rule::interpolate, x.shape(), extents.extents);
      return x;
    }
    require_elements(x, (1u << x.rank()) - 4u, "interpolate");
    return interpolated(x, extents.extents, o);
  }
};

struct upsample_function {
  constexpr var operator()(var x, int factor, const interpolate_options& o = {}, int line = __builtin_LINE()) const {
    dims extents;
    for (int i = 2; i < x.rank(); ++i) extents = extents.with(x.tape->extents.product(x.extent(i), factor));
    return interpolate_function{}(x, extents, o, line);
  }
};

} // namespace ops

/// interpolate(x, {h, w}, {.mode, .align_corners, .antialias}): x resampled to other extents behind its second axis.
/// shapes   x [n, c, ...] -> [n, c, h, w], as many extents as x has axes there
/// grad     the same numbers, each mean given back to the elements it was taken of
/// errors   compile: another number of extents, one of 0, x is empty; run: so with named extents (shape_error)
/// units    pixels, centre of the first at 0.5; positions of `nearest` are rounded in float, as PyTorch does
/// accuracy 4 ulp of the sum of magnitudes
/// source   Keys 1981, doi:10.1109/TASSP.1981.1163711, with a = -3/4, and -1/2 where antialiased, as PyTorch and Pillow do
inline constexpr ops::interpolate_function interpolate{};

/// upsample(x, 2, {.mode, .align_corners}): every axis behind the second so many times as long.
/// shapes   x [n, c, h, w] -> [n, c, 2 h, 2 w]
/// grad     as interpolate
/// errors   as interpolate
inline constexpr ops::upsample_function upsample{};

} // namespace fluxpp::inline v0_1
