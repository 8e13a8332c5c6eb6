// SPDX-License-Identifier: MIT
#pragma once
// tile, repeat_interleave: an array several times along its axes, as a whole or element by element.
#include "fluxpp/ops/reduction.hpp"

#include <initializer_list>

namespace fluxpp::inline v0_1 {
namespace ops {

/// A count is a number or an extent of the program.
constexpr bool is_count(const graph::tape& t, int n) { return n >= 0 || (n < -1 && n >= -t.extents.size()); }

/// An axis n times: all of it again and again, or each element n times in a row.
constexpr var repeated(var x, int axis, int n, bool each) {
  graph::tape& t = *x.tape;
  dims shape = x.shape();
  const dims lead = shape.replaced(axis, shape.rank - axis, {}), rest = shape.replaced(0, axis + 1, {});
  const int before = element_count(t, lead), behind = element_count(t, rest), e = shape[axis];
  const var one = reshape::apply(x, each ? make_dims(before, e, 1, behind) : make_dims(before, 1, e, behind));
  const var all = broadcast_to(one, each ? make_dims(before, e, n, behind) : make_dims(before, n, e, behind));
  shape[axis] = t.extents.product(e, n);
  return reshape::apply(all, shape);
}

struct repeat_interleave_function {
  constexpr var operator()(var x, int count, int axis, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    if (x.rank() > 0 && is_count(*x.tape, count)) return repeated(x, axis, count, true);
    x.tape->fail(graph::rule::repeats, x.shape(), make_dims(count));
    return x;
  }
};

struct tile_function {
  constexpr var operator()(var x, std::initializer_list<int> counts, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    dims given, shape = x.shape();
    bool fits = static_cast<int>(counts.size()) <= max_rank;
    for (const int n : counts) {
      fits = fits && is_count(t, n);
      if (given.rank < max_rank) given = given.with(n);
    }
    if (!fits) {
      t.fail(graph::rule::repeats, shape, given);
      return x;
    }
    while (shape.rank < given.rank) shape = shape.replaced(0, 0, make_dims(1));
    x = reshape::apply(x, shape);
    for (int i = 1; i <= given.rank; ++i)
      if (given[given.rank - i] != 1) x = repeated(x, shape.rank - i, given[given.rank - i], false);
    return x;
  }
};

} // namespace ops

/// repeat_interleave(x, count, axis): every element of an axis count times in a row; count is a number or an extent.
/// shapes   x [a, b], axis 0 -> [a count, b]
/// grad     the sum of each element's copies
/// errors   compile: x lacks the axis, count is below 0
/// accuracy exact
inline constexpr ops::repeat_interleave_function repeat_interleave{};

/// tile(x, {2, 3}): the array again and again along its last axes; further counts add leading axes.
/// shapes   x [a, b], counts {p, q} -> [p a, q b]
/// grad     the sum of each element's copies
/// errors   compile: a count below 0, more than 6 counts
/// accuracy exact
inline constexpr ops::tile_function tile{};

} // namespace fluxpp::inline v0_1
