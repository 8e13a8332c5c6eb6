// SPDX-License-Identifier: MIT
#pragma once
// attention_rows and its gradient: the steps that never hold the matrix of all matches.
#include "fluxpp/ops/attention_parts.hpp"

namespace fluxpp::inline v0_1::ops {

/// attention_grad(q, kv, rows, mask): for each of the leading axes the gradients in q and in kv, one after the other as one
/// vector; rows hold the cotangent, the logarithm of the sum of exponentials, and what is taken off each slope.
/// Attribute 0: causal.
struct attention_grad : custom<4> {
  static constexpr auto name = "attention_grad";
  static constexpr var apply(var q, var kv, var rows, var mask, int causal) {
    graph::extent_table& t = q.tape->extents;
    dims shape = q.shape();
    --shape.rank;
    shape[shape.rank] = 0;
    shape[shape.rank - 1] = t.sum(block_size(q), block_size(kv));
    return record<attention_grad>(*q.tape, shape, graph::make_attributes(causal), q, kv, rows, mask);
  }
  /// The parts of a vector like the result.
  static constexpr var of_queries(var x, var q) { return reshape::apply(first_columns(x, block_size(q)), q.shape()); }
  static constexpr var of_keys(var x, var kv) { return reshape::apply(last_columns(x, block_size(kv)), kv.shape()); }

  static constexpr var vjp(const node_view& y, var ybar, int i) {
    const var q = y.arg(0), kv = y.arg(1), mask = y.arg(3);
    const attention_parts a(attention_operands(q, kv, mask).with_rows(y.arg(2)), y.attr(0) != 0);
    const attention_operands u(of_queries(ybar, q), of_keys(ybar, kv), mask);
    const attention_pullback bar(a, u.q, u.k, u.v);
    if (i == 0) return bar.q;
    if (i == 1) return beside({bar.k, bar.v});
    return i == 2 ? beside({bar.g, bar.l, bar.m}) : sum_to(bar.scores, mask.shape());
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var q = y.arg(0), kv = y.arg(1);
    const attention_parts a(attention_operands(q, kv, y.arg(3)).with_rows(y.arg(2)), y.attr(0) != 0);
    attention_operands d(q, p.dx[1], p.dx[3]);
    d.with_rows(p.dx[2]).q = p.dx[0];
    const var ds = a.slope_tangent(d), dp = a.weight_tangent(d);
    const var dq = plus(product(ds, a.k), product(a.ds, d.k));
    const var dk = plus(product(ds, a.q, true), product(a.ds, d.q, true));
    const var dv = plus(product(dp, a.g, true), product(a.p, d.g, true));
    const var keys = beside({or_zeros(dk, a.k), or_zeros(dv, a.v)});
    return beside({as_vector(or_zeros(dq, q), y.shape()), as_vector(keys, y.shape())});
  }

private:
  /// The elements behind the leading axes.
  static constexpr int block_size(var x) { return x.tape->extents.product(x.extent(-2), x.extent(-1)); }
  static constexpr var as_vector(var x, dims shape) {
    shape[shape.rank - 1] = block_size(x);
    return reshape::apply(x, shape);
  }
  static constexpr var or_zeros(var x, var like) {
    return x.exists() ? x : broadcast_to(like.tape->constant(0), like.shape());
  }
};

/// attention_rows(q, kv, mask): softmax(q k' + mask) v, and in one more column the logarithm of the sum of exponentials of
/// each row, -inf where there is no key; attribute 0: causal.
/// grad     by weights computed again from that logarithm
struct attention_rows : custom<3> {
  static constexpr auto name = "attention_rows";
  static constexpr var apply(var q, var kv, var mask, int columns, int causal) {
    dims shape = q.shape();
    shape[shape.rank - 1] = q.tape->extents.shifted(columns, 1);
    return record<attention_rows>(*q.tape, shape, graph::make_attributes(causal), q, kv, mask);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    const var q = y.arg(0), kv = y.arg(1), mask = y.arg(2);
    const int columns = attention_operands::value_columns(q, kv);
    const var g = first_columns(ybar, columns), l = last_columns(y.result(), 1);
    const var m = row_sums(g * first_columns(y.result(), columns)) - last_columns(ybar, 1);
    const var rows = beside({g, l, m});
    if (i == 2)
      return sum_to(attention_parts(attention_operands(q, kv, mask).with_rows(rows), y.attr(0) != 0).ds, mask.shape());
    const var both = attention_grad::apply(q, kv, rows, mask, y.attr(0));
    return i == 0 ? attention_grad::of_queries(both, q) : attention_grad::of_keys(both, kv);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    attention_operands o(y.arg(0), y.arg(1), y.arg(2)), d(y.arg(0), p.dx[1], p.dx[2]);
    o.l = last_columns(y.result(), 1), d.q = p.dx[0];
    const attention_parts a(o, y.attr(0) != 0);
    const var dl = row_sums(each(a.p, a.score_tangent(d)));
    d.l = dl;
    const var dy = plus(product(a.weight_tangent(d), a.v), product(a.p, d.v));
    return beside({dy, dl.exists() ? dl : broadcast_to(y.tape->constant(0), o.l.shape())});
  }
};

} // namespace fluxpp::inline v0_1::ops
