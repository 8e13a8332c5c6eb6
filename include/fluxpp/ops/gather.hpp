// SPDX-License-Identifier: MIT
#pragma once
// gather, take_along, scatter_add: elements of an axis by their numbers, and elements added at their numbers.
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// gather(x, index): for every index the element of x that it names along the axis in attribute 0. Index has the rank of x;
/// its axes before that axis have the extents of x or all extent 1, and so have those behind it; 1 repeats. Where attribute
/// 1 is set, an index of -1 names nothing and gives 0.
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

/// scatter_add(x, index): zeros, and every element of x added at the number that its index says, in order, along the axis
/// in attribute 0; index and attributes as in gather, whose transpose this is.
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

/// An index as a node: a number becomes a constant.
constexpr var on_tape_of(var x, var index) { return index.exists() ? index : x.tape->constant(index.number); }

/// d with the extents of `by` in place of `count` axes from `axis` on.
constexpr dims replaced(const dims& d, int axis, int count, const dims& by) {
  dims out;
  for (int i = 0; i < axis; ++i) out = out.with(d[i]);
  for (int i = 0; i < by.rank; ++i) out = out.with(by[i]);
  for (int i = axis + count; i < d.rank; ++i) out = out.with(d[i]);
  return out;
}

/// All indices as one axis among axes of extent 1.
constexpr var index_along(var index, int axis, int rank) {
  dims shape{rank, {1, 1, 1, 1, 1, 1}};
  shape[axis] = element_count(*index.tape, index.shape());
  return reshape::apply(index, shape);
}

struct gather_function {
  constexpr var operator()(var x, var index, int axis = 0, int line = __builtin_LINE()) const {
    x.tape->line = line;
    index = on_tape_of(x, index);
    if (x.rank() == 0 || index.rank() + x.rank() - 1 > max_rank) {
      x.tape->fail(graph::rule::gather, x.shape(), index.shape());
      return x;
    }
    axis = checked_axis(x, axis);
    const var y = gather::apply(x, index_along(index, axis, x.rank()), axis);
    return reshape::apply(y, replaced(x.shape(), axis, 1, index.shape()));
  }
};

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
    x = reshape::apply(x, replaced(x.shape(), axis, count, make_dims(element_count(t, index.shape()))));
    index = index_along(index, axis, rank);
  }
};

struct scatter_add_function {
  constexpr var operator()(var x, var index, int n, int axis = 0, int line = __builtin_LINE()) const {
    x.tape->line = line;
    const scattered s(x, index, axis, scatter_add::name);
    return s.fits ? scatter_add::apply(s.x, s.index, n, s.axis) : x;
  }
};

/// An index with an extent of x, or 1, along every axis but one: where it has one before that axis it gets all that x has
/// there, and so behind it.
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
    x.tape->line = line;
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

/// take_along(x, index, axis = -1): along an axis, the element of x that index names at each place of the other axes.
/// shapes   x [a, n, b], index [a, m, b], axis 1 -> [a, m, b]; an extent 1 of index repeats
/// grad     in x: the elements of ybar added at their numbers; in index: 0
/// errors   compile: x lacks the axis, another extent of index is neither 1 nor that of x; run: as gather
/// accuracy exact
inline constexpr ops::take_along_function take_along{};

/// scatter_add(x, index, n, axis = 0): n elements along an axis, each the sum of those elements of x that have its number,
/// added in their order; the axes of index stand in x from that axis on.
/// shapes   x [a, i, j, b], index [i, j], axis 1 -> [a, n, b]
/// grad     in x: gather(ybar, index, axis); in index: 0
/// errors   compile: the axes of index are not those of x; run: so with named extents (shape_error), an index is not one of
///          0, ... n - 1 (value_error)
inline constexpr ops::scatter_add_function scatter_add{};

} // namespace fluxpp::inline v0_1
