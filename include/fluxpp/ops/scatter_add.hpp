// SPDX-License-Identifier: MIT
#pragma once
// scatter_add: the function a user calls; the operation stands beside its transpose in gather.hpp.
#include "fluxpp/ops/gather.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// scattered: what scatter_add and scatter_max take apart: x with the axes of index as one axis, and index along it.
struct scattered {
  var x, index;
  int axis = 0;
  bool fits = false;

  constexpr scattered(var from, var at, int along, const char* rule) : x(from), index(on_tape_of(from, at)) {
    graph::tape& t = *x.tape;
    const int count = index.rank(), rank = x.rank() - count + 1;
    axis = along < 0 ? along + rank : along;
    fits = axis >= 0 && axis < rank && rank <= max_rank;
    for (int i = 0; fits && i < count; ++i) fits = same_extent(t, x.shape()[axis + i], index.shape()[i], rule);
    if (!fits) {
      t.fail(graph::rule::scatter, x.shape(), index.shape());
      return;
    }
    x = reshape::apply(x, x.shape().replaced(axis, count, make_dims(element_count(t, index.shape()))));
    index = index_along(index, axis, rank);
  }
};

struct scatter_add_function {
  constexpr var operator()(var x, var index, int n, int axis = 0, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const scattered s(x, index, axis, scatter_add::name);
    return s.fits ? scatter_add::apply(s.x, s.index, n, s.axis) : x;
  }
};

} // namespace ops

/// scatter_add(x, index, n, axis = 0): n elements along an axis, each the sum of those elements of x that have its
/// number, added in their order; the axes of index stand in x from that axis on.
/// shapes   x [a, i, j, b], index [i, j], axis 1 -> [a, n, b]
/// grad     in x: gather(ybar, index, axis); in index: 0
/// errors   compile: the axes of index are not those of x; run: so with named extents (shape_error), an index is not
///          one of 0, ... n - 1 (value_error)
inline constexpr ops::scatter_add_function scatter_add{};

} // namespace fluxpp::inline v0_1
