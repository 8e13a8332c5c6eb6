// SPDX-License-Identifier: MIT
#pragma once
// gather, take_along: elements of an axis by their numbers; the operation scatter_add, their transpose.
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// gather(x, index): for every index the element of x that it names along the axis in attribute 0. Index has the rank
/// of x; its axes before that axis have the extents of x or all extent 1, and so have those behind it; 1 repeats. Where
/// attribute 1 is set, an index of -1 names nothing and gives 0.
/// grad     in x: scatter_add(ybar, index); in index: 0
struct gather : linear_in<gather, 2, 0> {
  static constexpr auto name = "gather";
  static constexpr var apply(var x, var index, int axis, bool partial = false) {
    dims shape = x.shape();
    shape[axis] = index.shape()[axis];
    return record<gather>(*x.tape, shape, graph::make_attributes(axis, partial), x, index);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// scatter_add(x, index): zeros, and every element of x added at the number that its index says, in order, along the
/// axis in attribute 0; index and attributes as in gather, whose transpose this is.
/// grad     in x: gather(ybar, index); in index: 0
struct scatter_add : linear_in<scatter_add, 2, 0> {
  static constexpr auto name = "scatter_add";
  static constexpr var apply(var x, var index, int n, int axis, bool partial = false) {
    dims shape = x.shape();
    shape[axis] = n;
    return record<scatter_add>(*x.tape, shape, graph::make_attributes(axis, partial), x, index);
  }
  static constexpr var transpose(const node_view& y, var ybar) {
    return gather::apply(ybar, y.arg(1), y.attr(0), y.attr(1) != 0);
  }
};

constexpr var gather::transpose(const node_view& y, var ybar) {
  return scatter_add::apply(ybar, y.arg(1), y.arg(0).shape()[y.attr(0)], y.attr(0), y.attr(1) != 0);
}

/// Whether node id, a gather, takes whole rows along axis 0, and leaves none out.
constexpr bool gathers_rows(const graph::tape& t, int id) {
  const graph::attributes& axis_and_gaps = t.attributes_of(id);
  const dims index = t.shape_of(t[id].args[1]);
  bool rows = axis_and_gaps.value[0] == 0 && axis_and_gaps.value[1] == 0;
  for (int a = 1; a < index.rank; ++a) rows = rows && index[a] == 1;
  return rows;
}

/// An index as a node: a number becomes a constant.
constexpr var on_tape_of(var x, var index) { return index.exists() ? index : x.tape->constant(index.number); }

/// All indices as one axis among axes of extent 1.
constexpr var index_along(var index, int axis, int rank) {
  dims shape{rank, {1, 1, 1, 1, 1, 1}};
  shape[axis] = element_count(*index.tape, index.shape());
  return reshape::apply(index, shape);
}

struct gather_function {
  constexpr var operator()(var x, var index, int axis = 0, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    index = on_tape_of(x, index);
    if (x.rank() == 0 || index.rank() + x.rank() - 1 > max_rank) {
      x.tape->fail(graph::rule::gather, x.shape(), index.shape());
      return x;
    }
    axis = checked_axis(x, axis);
    const var y = gather::apply(x, index_along(index, axis, x.rank()), axis);
    return reshape::apply(y, x.shape().replaced(axis, 1, index.shape()));
  }
};

/// An index with an extent of x, or 1, along every axis but one: where it has one before that axis it gets all that x
/// has there, and so behind it.
constexpr var index_beside(var x, var index, int axis) {
  graph::tape& t = *x.tape;
  dims shape = index.shape();
  bool fits = index.rank() == x.rank(), each[2]{};
  for (int i = 0; fits && i < shape.rank; ++i) {
    if (i == axis || shape[i] == 1) continue;
    each[i > axis] = true;
    fits = same_extent(t, x.shape()[i], shape[i], "take_along");
  }
  if (!fits) t.fail(graph::rule::along, x.shape(), shape);
  for (int i = 0; fits && i < shape.rank; ++i)
    if (i != axis && each[i > axis]) shape[i] = x.shape()[i];
  return fits ? broadcast_to(index, shape) : reshape::apply(t.constant(0), dims{x.rank(), {1, 1, 1, 1, 1, 1}});
}

struct take_along_function {
  constexpr var operator()(var x, var index, int axis = -1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    return x.rank() == 0 ? x : gather::apply(x, index_beside(x, on_tape_of(x, index), axis), axis);
  }
};

} // namespace ops

/// gather(x, index, axis = 0): elements of x along an axis, by their numbers; also called index_select.
/// shapes   x [a, n, b], index [i, j], axis 1 -> [a, i, j, b]
/// grad     in x: the elements of ybar added at their numbers; in index: 0
/// errors   compile: x lacks the axis, more than 6 axes; run: an index is not one of 0, ... n - 1 (value_error)
/// accuracy exact
inline constexpr ops::gather_function gather{};
inline constexpr ops::gather_function index_select{};

/// embedding(table, index): the rows of a table that indices name; for its gradient by rows see fx::by_rows.
/// shapes   table [v, d], index [i, j] -> [i, j, d]
/// grad     and errors as gather
/// accuracy exact
inline constexpr ops::gather_function embedding{};

/// take_along(x, index, axis = -1): along an axis, the element of x that index names at each place of the other axes.
/// shapes   x [a, n, b], index [a, m, b], axis 1 -> [a, m, b]; an extent 1 of index repeats
/// grad     in x: the elements of ybar added at their numbers; in index: 0
/// errors   compile: x lacks the axis, another extent of index is neither 1 nor that of x; run: as gather
/// accuracy exact
inline constexpr ops::take_along_function take_along{};

} // namespace fluxpp::inline v0_1
