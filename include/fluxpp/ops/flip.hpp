// SPDX-License-Identifier: MIT
#pragma once
// flip, roll: the elements of axes in reverse order, or moved along in a circle.
#include "fluxpp/ops/concat.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct flip_function {
  constexpr var operator()(var x, axes over = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = checked_mask(x, over);
    graph::attributes range = whole_range(x.rank());
    for (int i = 0; i < x.rank(); ++i)
      if (mask >> i & 1u) range.value[i] = range.value[x.rank() + i] = -1; // backwards, nothing beyond the last
    return slice::apply(x, x.shape(), range);
  }
};

struct roll_function {
  constexpr var operator()(var x, int shift, int axis, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    const int n = x.rank() > 0 ? x.tape->extents.resolve(x.extent(axis)) : 0;
    if (n > 0) shift %= n;
    if (n == 0 || shift == 0) return x;
    const var head = fluxpp::slice(x, axis, 0, -shift, 1, line), tail = fluxpp::slice(x, axis, -shift, to_end, 1, line);
    return fluxpp::concat(tail, head, axis, line);
  }
};

} // namespace ops

/// flip(x, axes): the elements of axes in reverse order; of all axes when none are given.
/// shapes   x [a, b] -> [a, b]
/// grad     flip(ybar, axes)
/// errors   compile: x lacks an axis
/// accuracy exact
inline constexpr ops::flip_function flip{};

/// roll(x, shift, axis): element i of an axis becomes element i + shift; what leaves at the end enters at the front.
/// shapes   x [a, b] -> [a, b]
/// grad     roll(ybar, -shift, axis)
/// errors   compile: x lacks the axis; run: a named axis is shorter than the shift (shape_error)
/// accuracy exact
inline constexpr ops::roll_function roll{};

} // namespace fluxpp::inline v0_1
