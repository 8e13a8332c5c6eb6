// SPDX-License-Identifier: MIT
#pragma once
// permute, transpose: the axes of an array in another order.
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// permute(x): axis i of the result is axis attribute[i] of x; a copy, or a view where only axes of extent 1 move.
/// grad     the inverse permutation of ybar
struct permute : linear<1> {
  static constexpr auto name = "permute";
  static constexpr var apply(var x, const graph::attributes& order) {
    dims shape;
    for (int i = 0; i < order.size; ++i) shape = shape.with(x.shape()[order.value[i]]);
    return record<permute>(*x.tape, shape, order, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) { return apply(ybar, inverse(y.attributes())); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::attributes order = t.attribute_table()[n.attr];
    const var x(t, n.args[0]);
    if (const int s = scalar_factor(t, x.id); s >= 0) return broadcast_to({t, s}, t.shapes()[n.shape]).id;
    if (keeps_order(order, x.shape())) return reshape::apply(x, t.shapes()[n.shape]).id;
    if (t[x.id].op != n.op) return -1;
    return apply({t, t[x.id].args[0]}, composed(order, t.attributes_of(x.id))).id;
  }

private:
  static constexpr graph::attributes inverse(const graph::attributes& order) {
    graph::attributes back = order;
    for (int i = 0; i < order.size; ++i) back.value[order.value[i]] = i;
    return back;
  }
  static constexpr graph::attributes composed(graph::attributes outer, const graph::attributes& inner) {
    for (int i = 0; i < outer.size; ++i) outer.value[i] = inner.value[outer.value[i]];
    return outer;
  }
  /// Whether the axes longer than 1 stay in order, so that memory does not change.
  static constexpr bool keeps_order(const graph::attributes& order, const dims& shape) {
    int last = -1;
    for (int i = 0; i < order.size; ++i) {
      if (shape[order.value[i]] == 1) continue;
      if (order.value[i] < last) return false;
      last = order.value[i];
    }
    return true;
  }
};

/// The order in which axes swap places.
constexpr graph::attributes swapped(int rank, int a, int b) {
  graph::attributes order{rank};
  for (int i = 0; i < rank; ++i) order.value[i] = i == a ? b : i == b ? a : i;
  return order;
}

struct permute_function {
  constexpr var operator()(var x, axes order, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    graph::attributes a{x.rank()};
    unsigned seen = 0;
    for (int i = 0; i < order.count; ++i) {
      a.value[i] = checked_axis(x, order.axis[i]);
      seen |= 1u << a.value[i];
    }
    if (order.count == x.rank() && seen == (1u << x.rank()) - 1) return permute::apply(x, a);
    dims given;
    for (int i = 0; i < order.count; ++i) given = given.with(order.axis[i]);
    x.tape->fail(graph::rule::permute, x.shape(), given);
    return x;
  }
};
struct transpose_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return x.rank() < 2 ? x : permute::apply(x, swapped(x.rank(), x.rank() - 2, x.rank() - 1));
  }
};

} // namespace ops

/// permute(x, {1, 2, 0}): axis i of the result is axis order[i] of x.
/// shapes   x [a, b, c] -> [b, c, a]
/// grad     the inverse permutation of ybar
/// errors   compile: the axes are not those of x, each once
/// accuracy exact
inline constexpr ops::permute_function permute{};

/// transpose(x): the last two axes swapped; a vector is its own transpose.
/// shapes   x [..., a, b] -> [..., b, a]
/// grad     transpose(ybar)
/// accuracy exact
inline constexpr ops::transpose_function transpose{};

} // namespace fluxpp::inline v0_1
