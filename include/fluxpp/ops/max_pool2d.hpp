// SPDX-License-Identifier: MIT
#pragma once
// max_pool2d, adaptive_max_pool2d: the largest element under each window of an image.
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/max.hpp"
#include "fluxpp/ops/pool.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// max_pool_at(x, t): t, of x's shape, where x has its first largest element under each window.
/// grad     in x: 0; in t: max_pool_put(x, ybar)
struct max_pool_at : linear_in<max_pool_at, 2, 1> {
  static constexpr auto name = "max_pool_at";
  static constexpr var apply(var x, var t, const dims& shape, const graph::attributes& o) {
    return record<max_pool_at>(*x.tape, shape, o, x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// max_pool_put(x, t): zeros of x's shape, and t, one per window, added where x has its first largest element under it.
/// grad     in x: 0; in t: max_pool_at(x, ybar)
struct max_pool_put : linear_in<max_pool_put, 2, 1> {
  static constexpr auto name = "max_pool_put";
  static constexpr var apply(var x, var t, const graph::attributes& o) {
    return record<max_pool_put>(*x.tape, x.shape(), o, x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar) {
    return max_pool_at::apply(y.arg(0), ybar, y.arg(1).shape(), y.attributes());
  }
};

constexpr var max_pool_at::transpose(const node_view& y, var ybar) {
  return max_pool_put::apply(y.arg(0), ybar, y.attributes());
}

/// max_pool2d(x): see fx::max_pool2d.
struct max_pool2d : custom<1> {
  static constexpr auto name = "max_pool2d";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& o) {
    return record<max_pool2d>(*x.tape, shape, o, x);
  }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    return max_pool_put::apply(y.arg(0), ybar, y.attributes());
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return max_pool_at::apply(y.arg(0), p.dx[0], y.shape(), y.attributes());
  }
};

struct global_max_pool2d_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const { return fluxpp::max(x, {2, 3}, line); }
};

} // namespace ops

/// max_pool2d(x, {.size, .stride, .pad, .same, .ceiling}): the largest element under each window; NaN if one is NaN.
/// shapes   x [n, c, h, w] -> [n, c, h', w'],  h' = (h + 2 pad - size) / stride + 1
/// grad     ybar at the first largest element of each window, 0 elsewhere
/// errors   compile: a window is larger than the padded image, or fits into the padding; run: a named extent is too small
///          (shape_error)
/// accuracy exact
inline constexpr ops::pool2d<ops::max_pool2d> max_pool2d{};

/// adaptive_max_pool2d(x, {h, w}): the largest element under each of h times w windows that cover the image evenly.
/// shapes   x [n, c, ..] -> [n, c, h, w]
/// grad     as max_pool2d
/// errors   compile: x is no batch of images, or is empty
/// accuracy exact
inline constexpr ops::adaptive_pool2d<ops::max_pool2d> adaptive_max_pool2d{};

/// global_max_pool2d(x): the largest element of each channel.
/// shapes   x [n, c, h, w] -> [n, c]
/// grad     ybar at the first largest element
inline constexpr ops::global_max_pool2d_function global_max_pool2d{};

} // namespace fluxpp::inline v0_1
