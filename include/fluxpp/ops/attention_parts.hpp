// SPDX-License-Identifier: MIT
#pragma once
// What attention and its gradients are made of, with the matrix of all matches written out: for derivatives of
// derivatives, which the kernels do not give.
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/exp.hpp"
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/matmul.hpp"
#include "fluxpp/ops/select.hpp"

#include <limits>

namespace fluxpp::inline v0_1::ops {

/// The first n, the last n columns of x.
constexpr var first_columns(var x, int n) {
  dims shape = x.shape();
  shape[shape.rank - 1] = n;
  return slice::apply(x, shape, whole_range(shape.rank));
}
constexpr var last_columns(var x, int n) {
  dims shape = x.shape();
  const int axis = shape.rank - 1, all = shape[axis];
  shape[axis] = n;
  graph::attributes range = whole_range(shape.rank);
  range.value[axis] = all >= 0 && n >= 0 ? all - n : -1;
  return slice::apply(x, shape, range);
}
/// The sum of each row, as a column.
constexpr var row_sums(var x) { return x.exists() ? sum::apply(x, 1u << (x.rank() - 1)) : x; }
/// Arrays side by side.
constexpr var beside(std::initializer_list<var> x) {
  return concat_function{}(x, x.begin()->rank() - 1, x.begin()->tape->line);
}

/// The elementwise product and the difference; a var that does not exist is nothing.
constexpr var each(var a, var b) { return a.exists() && b.exists() ? a * b : var{}; }
constexpr var minus(var a, var b) { return !b.exists() ? a : a.exists() ? a - b : -b; }

/// The operands of attention and of its gradients: keys and values side by side as kv; for the gradients rows of the
/// cotangent g, of the logarithms l of the sums of exponentials, and of what is taken off each slope, m.
struct attention_operands {
  var q, k, v, g, l, m, mask;

  constexpr attention_operands(var queries, var kv, var added) : q(queries), mask(added) {
    if (!kv.exists()) return;
    const int columns = value_columns(queries, kv);
    k = first_columns(kv, kv.tape->extents.difference(kv.extent(-1), columns));
    v = last_columns(kv, columns);
  }
  constexpr attention_operands& with_rows(var rows) {
    if (!rows.exists()) return *this;
    graph::extent_table& extents = rows.tape->extents;
    const int columns = extents.shifted(rows.extent(-1), -2);
    g = first_columns(rows, columns);
    const var both = last_columns(rows, 2);
    l = first_columns(both, 1), m = last_columns(both, 1);
    return *this;
  }

  /// How many columns of kv are values.
  static constexpr int value_columns(var q, var kv) { return kv.tape->extents.difference(kv.extent(-1), q.extent(-1)); }
};

/// attention_parts: the weights p = exp(q k' + mask - l), their slopes dp = g v', and the slopes ds of the scores.
struct attention_parts : attention_operands {
  var p, dp, ds;

  constexpr attention_parts(const attention_operands& o, bool causal) : attention_operands(o) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const int line = q.tape->line;
    var s = product(q, k, false, true) + mask;
    if (causal) {
      const var column = iota::apply(*q.tape, k.extent(-2)), row = iota::apply(*q.tape, q.extent(-2));
      s = fluxpp::select(column <= reshape::apply(row, make_dims(q.extent(-2), 1)), s, -inf, line);
    }
    p = fluxpp::exp(s - fluxpp::select(fluxpp::equal(l, -inf, line), 0.0, l, line), line);
    if (!g.exists()) return;
    dp = product(g, v, false, true);
    ds = p * (dp - m);
  }

  /// The tangents of p and ds along those of the operands.
  constexpr var score_tangent(const attention_operands& d) const {
    return plus(plus(product(d.q, k, false, true), product(q, d.k, false, true)), d.mask);
  }
  constexpr var weight_tangent(const attention_operands& d) const { return each(p, minus(score_tangent(d), d.l)); }
  constexpr var slope_tangent(const attention_operands& d) const {
    const var dp_tangent = plus(product(d.g, v, false, true), product(g, d.v, false, true));
    return plus(each(weight_tangent(d), dp - m), each(p, minus(dp_tangent, d.m)));
  }
};

/// attention_pullback: the cotangents of the operands, from those u of the gradients of q, k and v.
struct attention_pullback {
  var q, k, v, g, l, m, scores;

  constexpr attention_pullback(const attention_parts& a, var uq, var uk, var uv) {
    const var ds_bar = plus(product(uq, a.k, false, true), product(a.q, uk, false, true));
    const var dp_bar = each(ds_bar, a.p);
    const var p_bar = plus(product(a.g, uv, false, true), each(ds_bar, a.dp - a.m));
    scores = each(p_bar, a.p);
    q = plus(product(a.ds, uk), product(scores, a.k));
    k = plus(product(a.ds, uq, true), product(scores, a.q, true));
    v = product(dp_bar, a.g, true);
    g = plus(product(a.p, uv), product(dp_bar, a.v));
    l = -row_sums(scores), m = -row_sums(dp_bar);
  }
};

} // namespace fluxpp::inline v0_1::ops
