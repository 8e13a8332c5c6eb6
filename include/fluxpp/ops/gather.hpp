// SPDX-License-Identifier: MIT
#pragma once
// gather, scatter_add: rows of an array by their numbers, and rows added at their numbers; each other's transposes.
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// gather(x, index): row index[i] of x for every i.
/// grad     in x: scatter_add(ybar, index); in index: 0
struct gather : linear_in<gather, 2, 0> {
  static constexpr auto name = "gather";
  static constexpr var apply(var x, var index) {
    dims shape = index.shape();
    for (int i = 1; i < x.rank(); ++i) shape = shape.with(x.shape()[i]);
    return record<gather>(*x.tape, shape, {}, x, index);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// scatter_add(x, index): zeros with as many rows as the result has, and row i of x added at row index[i], in order of i.
/// grad     in x: gather(ybar, index); in index: 0
struct scatter_add : linear_in<scatter_add, 2, 0> {
  static constexpr auto name = "scatter_add";
  static constexpr var apply(var x, var index, const dims& shape) {
    return record<scatter_add>(*x.tape, shape, {}, x, index);
  }
  static constexpr var transpose(const node_view& y, var ybar) { return gather::apply(ybar, y.arg(1)); }
};

constexpr var gather::transpose(const node_view& y, var ybar) {
  return scatter_add::apply(ybar, y.arg(1), y.arg(0).shape());
}

/// An index as a node: a number becomes a constant.
constexpr var on_tape_of(var x, var index) { return index.exists() ? index : x.tape->constant(index.number); }

struct gather_function {
  constexpr var operator()(var x, var index, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    index = on_tape_of(x, index);
    if (x.rank() > 0 && index.rank() + x.rank() - 1 <= max_rank) return gather::apply(x, index);
    x.tape->fail(graph::rule::gather, x.shape(), index.shape());
    return x;
  }
};

struct scatter_add_function {
  constexpr var operator()(var x, var index, int rows, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    index = on_tape_of(x, index);
    dims shape = make_dims(rows);
    if (index.rank() > x.rank() || x.rank() - index.rank() >= max_rank) {
      t.fail(graph::rule::gather, x.shape(), index.shape());
      return x;
    }
    for (int i = 0; i < x.rank(); ++i) {
      if (i >= index.rank()) shape = shape.with(x.shape()[i]);
      else if (const int a = t.extents.resolve(x.shape()[i]), b = t.extents.resolve(index.shape()[i]); a < 0 || b < 0)
        t.extents.equate(a, b, "scatter_add", line);
      else if (a != b) t.fail(graph::rule::gather, x.shape(), index.shape());
    }
    return scatter_add::apply(x, index, shape);
  }
};

} // namespace ops

/// gather(x, index): rows of x along its first axis, by their numbers.
/// shapes   x [n, a, b], index [i, j] -> [i, j, a, b]
/// grad     in x: the rows of ybar added at their numbers; in index: 0
/// errors   compile: x has no axis; run: an index is not one of the whole numbers 0, ... n - 1 (value_error)
/// accuracy exact
inline constexpr ops::gather_function gather{};

/// scatter_add(x, index, n): n rows of zeros, and every row of x added at its number; rows of one number in their order.
/// shapes   x [i, j, a, b], index [i, j] -> [n, a, b]
/// grad     in x: gather(ybar, index); in index: 0
/// errors   as gather; compile: index does not fit the first axes of x; run: so with named extents (shape_error)
inline constexpr ops::scatter_add_function scatter_add{};

} // namespace fluxpp::inline v0_1
