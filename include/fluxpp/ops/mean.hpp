// SPDX-License-Identifier: MIT
#pragma once
// mean: the arithmetic mean over axes.
#include "fluxpp/ops/sum.hpp"

#include <limits>

namespace fluxpp::inline v0_1 {
namespace ops {

/// 1 / (n - correction) for the number n of elements that a mask folds; NaN when nothing is left.
constexpr var reciprocal_count(var x, unsigned mask, double correction = 0) {
  const var n = folded_count(*x.tape, x.shape(), mask);
  const graph::node& count = (*x.tape)[n.id];
  if (count.op != &graph::constant_op) return var(1.0) / (n - var(correction));
  const double left = count.value - correction;
  return left != 0 ? 1 / left : std::numeric_limits<double>::quiet_NaN();
}

/// mean(x): sum(x) / n over the axes in a mask.
struct mean {
  static constexpr auto name = "mean";
  static constexpr var apply(var x, unsigned mask) {
    return mask == 0 ? x : sum::apply(x, mask) * reciprocal_count(x, mask);
  }
};

} // namespace ops

/// mean(x, axes): the arithmetic mean over axes; over all of them when none are given.
/// shapes   as sum
/// grad     ybar / n, repeated over the axes
/// errors   compile: x lacks an axis, an axis is empty; run: a named axis is empty (shape_error)
/// example  examples/01_gradient.cpp
inline constexpr ops::reduction<ops::mean, true> mean{};

} // namespace fluxpp::inline v0_1
