// SPDX-License-Identifier: MIT
#pragma once
// searchsorted: where values belong in a sorted row.
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {

/// side: whether a value belongs before the elements that equal it, or behind them.
enum class side : int { left, right };

namespace ops {

/// searchsorted(sorted, x): for each element of x the number of elements of its row of sorted that are smaller
/// (attribute 0 = 0) or not larger (1). Sorted is one row for all, or has the leading axes of x.
struct searchsorted : custom<2> {
  static constexpr auto name = "searchsorted";
  static constexpr bool integer = true;
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct searchsorted_function {
  constexpr var operator()(var sorted, var x, side s = side::left, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(sorted, line);
    if (x.is_number()) x = t.constant(x.number);
    bool fits = sorted.rank() == 1 || (sorted.rank() > 0 && sorted.rank() == x.rank());
    for (int i = 0; fits && i + 1 < sorted.rank(); ++i)
      fits = same_extent(t, x.extent(i), sorted.extent(i), searchsorted::name);
    if (!fits) t.fail(graph::rule::searchsorted, sorted.shape(), x.shape());
    return record<searchsorted>(t, x.shape(), graph::make_attributes(s == side::right), sorted, x);
  }
};

} // namespace ops

/// searchsorted(sorted, x, fx::side::left): for each element of x its place in a row that is sorted from small to
/// large: the number of elements smaller than it, or with fx::side::right not larger. A NaN counts as larger than every
/// number.
/// shapes   sorted [n], x [a, b] -> [a, b]; sorted [a, n], x [a, b] -> [a, b]
/// grad     none: indices
/// errors   compile: sorted is neither one row nor one for each row of x; run: so with named extents (shape_error)
inline constexpr ops::searchsorted_function searchsorted{};

} // namespace fluxpp::inline v0_1
