// SPDX-License-Identifier: MIT
#pragma once
// What all reductions share: which axes are meant, that they are not empty, and whether they stay with extent 1.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1::ops {

/// checked_mask(x, over): the axes of x that are meant, as bits; one that x lacks is a fault.
constexpr unsigned checked_mask(var x, const axes& over) {
  constexpr unsigned lacking = 1u << max_rank;
  const unsigned mask = over.mask(x.rank());
  if ((mask & lacking) == 0) return mask;
  dims given;
  for (int i = 0; i < over.count; ++i) given = given.with(over.axis[i]);
  x.tape->fail(graph::rule::axis, x.shape(), given);
  return (1u << (over.count < x.rank() ? over.count : x.rank())) -
         1; // as many axes, so that the result has the rank meant
}

/// checked_axis(x, axis): the axis, counted from the front; one that x lacks is a fault.
constexpr int checked_axis(var x, int axis) {
  const int a = axis < 0 ? axis + x.rank() : axis;
  if (a >= 0 && a < x.rank()) return a;
  x.tape->fail(graph::rule::axis, x.shape(), make_dims(axis));
  return 0;
}

/// Every axis in the mask must have an element: reductions without a neutral element need one.
constexpr void require_elements(var x, unsigned mask, const char* rule) {
  graph::extent_table& extents = x.tape->extents;
  for (int i = 0; i < x.rank(); ++i) {
    if (!(mask >> i & 1u)) continue;
    const int e = extents.resolve(x.shape()[i]);
    if (e == 0) x.tape->fail(graph::rule::empty, x.shape(), make_dims(i));
    if (e < 0) extents.require_at_least(e, 1, rule, x.tape->line);
  }
}

/// equal_extents(t, a, b, rule): whether two extents can be equal; where one has a name, the call checks it.
constexpr bool equal_extents(graph::tape& t, int a, int b, const char* rule) {
  a = t.extents.resolve(a), b = t.extents.resolve(b);
  if (a >= 0 && b >= 0) return a == b;
  t.extents.equate(a, b, rule, t.line);
  return true;
}

/// y without the reduced axes, unless they are kept.
constexpr var squeezed(var y, unsigned mask, const axes& over) {
  return over.keep ? y : reshape::apply(y, squeezed_shape(y.shape(), mask));
}

/// fold<Op>: a reduction node over the axes in the mask, which keep extent 1; x itself where there is nothing to fold.
template <class Op> constexpr var fold(var x, unsigned mask) {
  const dims shape = kept_shape(x.shape(), mask);
  return shape == x.shape() ? x : record<Op>(*x.tape, shape, graph::make_attributes(mask), x);
}

/// reduction<Op, Nonempty>: the function object of a reduction: f(x), f(x, 1), f(x, {0, 2}), f(x, fx::keep_dims).
template <class Op, bool Nonempty> struct reduction {
  constexpr var operator()(var x, axes over = {}, int line = __builtin_LINE()) const {
    if (x.is_number()) return x;
    x.tape->line = line;
    const unsigned mask = checked_mask(x, over);
    if constexpr (Nonempty) require_elements(x, mask, Op::name);
    return squeezed(Op::apply(x, mask), mask, over);
  }
};

} // namespace fluxpp::inline v0_1::ops
