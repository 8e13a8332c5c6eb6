// SPDX-License-Identifier: MIT
#pragma once
// argsort, sort, top_k: the elements of an axis in order, and where they stood.
#include "fluxpp/ops/gather.hpp"

namespace fluxpp::inline v0_1 {

/// sort_options: smallest first, or largest first. A NaN counts as larger than every number.
struct sort_options {
  bool descending = false;
};
/// top_elements: the elements that top_k found, and where they stood.
struct top_elements {
  var values, indices;
};

namespace ops {

/// argsort(x): the positions of as many elements as the result has along the axis in attribute 0, in order; descending
/// where attribute 1 is set. Equal elements stay in their order.
struct argsort : custom<1> {
  static constexpr auto name = "argsort";
  static constexpr bool integer = true;
  static constexpr var apply(var x, int axis, bool descending, int count) {
    dims shape = x.shape();
    shape[axis] = count;
    return record<argsort>(*x.tape, shape, graph::make_attributes(axis, descending), x);
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct argsort_function {
  constexpr var operator()(var x, int axis = -1, sort_options o = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    return x.rank() == 0 ? x : argsort::apply(x, axis, o.descending, x.extent(axis));
  }
};

struct sort_function {
  constexpr var operator()(var x, int axis = -1, sort_options o = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    return x.rank() == 0 ? x : gather::apply(x, argsort::apply(x, axis, o.descending, x.extent(axis)), axis);
  }
};

struct top_k_function {
  constexpr top_elements operator()(var x, int k, int axis = -1, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    axis = checked_axis(x, axis);
    const int n = x.rank() == 0 ? -1 : t.extents.resolve(x.extent(axis));
    if (x.rank() == 0 || k < 0 || (n >= 0 && k > n)) {
      t.fail(graph::rule::top_k, x.shape(), make_dims(k));
      return {x, x};
    }
    if (n < 0) t.extents.require_at_least(n, k, "top_k", line);
    const var at = argsort::apply(x, axis, true, k);
    return {gather::apply(x, at, axis), at};
  }
};

} // namespace ops

/// argsort(x, axis = -1, {.descending = false}): the positions of the elements of an axis in order; equal ones keep
/// theirs, and a NaN counts as larger than every number.
/// shapes   x [a, n] -> [a, n]
/// grad     none: indices
/// errors   compile: x lacks the axis
inline constexpr ops::argsort_function argsort{};

/// sort(x, axis = -1, {.descending = false}): the elements of an axis in order, as argsort has them.
/// shapes   x [a, n] -> [a, n]
/// grad     the elements of ybar, back where they came from
/// errors   compile: x lacks the axis
/// accuracy exact
inline constexpr ops::sort_function sort{};

/// top_k(x, k, axis = -1): .values, the k largest elements of an axis, largest first, and .indices, where they stood;
/// of equal elements the first ones.
/// shapes   x [a, n] -> [a, k]
/// grad     in x: the elements of ybar where they came from, 0 elsewhere
/// errors   compile: x lacks the axis, k > n; run: so with a named axis (shape_error)
/// accuracy exact
inline constexpr ops::top_k_function top_k{};

} // namespace fluxpp::inline v0_1
