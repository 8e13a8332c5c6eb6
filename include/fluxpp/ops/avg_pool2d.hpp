// SPDX-License-Identifier: MIT
#pragma once
// avg_pool2d, adaptive_avg_pool2d: the mean under each window of an image.
#include "fluxpp/ops/mean.hpp"
#include "fluxpp/ops/pool.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// avg_pool2d(x): see fx::avg_pool2d.
struct avg_pool2d : linear<1> {
  static constexpr auto name = "avg_pool2d";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& o) {
    return record<avg_pool2d>(*x.tape, shape, o, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int);
};

/// avg_pool2d_grad(y): the transpose of avg_pool2d.
struct avg_pool2d_grad : linear<1> {
  static constexpr auto name = "avg_pool2d_grad";
  static constexpr var apply(var y, const dims& shape, const graph::attributes& o) {
    return record<avg_pool2d_grad>(*y.tape, shape, o, y);
  }
  static constexpr var transpose(const node_view& x, var xbar, int) {
    return avg_pool2d::apply(xbar, x.arg(0).shape(), x.attributes());
  }
};

constexpr var avg_pool2d::transpose(const node_view& y, var ybar, int) {
  return avg_pool2d_grad::apply(ybar, y.arg(0).shape(), y.attributes());
}

struct global_avg_pool2d_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const { return fluxpp::mean(x, {2, 3}, line); }
};

} // namespace ops

/// avg_pool2d(x, {.size, .stride, .pad, .same, .ceiling, .count_padding}): the mean under each window, of the elements
/// of the image, or with count_padding of the padded image.
/// shapes   as max_pool2d
/// grad     ybar / n, added over the windows that hold an element
/// errors   as max_pool2d
inline constexpr ops::pool2d<ops::avg_pool2d> avg_pool2d{};

/// adaptive_avg_pool2d(x, {h, w}): the mean under each of h times w windows that cover the image evenly.
/// shapes   x [n, c, ..] -> [n, c, h, w]
/// grad     as avg_pool2d
/// errors   as adaptive_max_pool2d
inline constexpr ops::adaptive_pool2d<ops::avg_pool2d> adaptive_avg_pool2d{};

/// global_avg_pool2d(x): the mean of each channel.
/// shapes   x [n, c, h, w] -> [n, c]
/// grad     ybar / (h w)
inline constexpr ops::global_avg_pool2d_function global_avg_pool2d{};

} // namespace fluxpp::inline v0_1
