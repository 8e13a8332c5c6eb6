// SPDX-License-Identifier: MIT
#pragma once
// attention_rows and its two gradients: the steps that never hold the matrix of all matches.
#include "fluxpp/ops/attention_parts.hpp"

namespace fluxpp::inline v0_1::ops {

/// attention_query_grad(q, kv, rows, mask): the gradient in q; attribute 0: causal.
struct attention_query_grad : custom<4> {
  static constexpr auto name = "attention_query_grad";
  static constexpr var apply(var q, var kv, var rows, var mask, int causal) {
    return record<attention_query_grad>(*q.tape, q.shape(), graph::make_attributes(causal), q, kv, rows, mask);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i);
  static constexpr var jvp(const node_view& y, const pushforward& p);
};

/// attention_key_grad(q, kv, rows, mask): the gradient in kv.
struct attention_key_grad : custom<4> {
  static constexpr auto name = "attention_key_grad";
  static constexpr var apply(var q, var kv, var rows, var mask, int causal) {
    return record<attention_key_grad>(*q.tape, kv.shape(), graph::make_attributes(causal), q, kv, rows, mask);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i);
  static constexpr var jvp(const node_view& y, const pushforward& p);
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
    if (i == 0) return attention_query_grad::apply(q, kv, rows, mask, y.attr(0));
    if (i == 1) return attention_key_grad::apply(q, kv, rows, mask, y.attr(0));
    return sum_to(attention_parts(attention_operands(q, kv, mask).with_rows(rows), y.attr(0) != 0).ds, mask.shape());
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

/// The operands of a gradient, their tangents, and the contribution of a pullback to operand i.
constexpr attention_parts parts_of(const node_view& y) {
  return {attention_operands(y.arg(0), y.arg(1), y.arg(3)).with_rows(y.arg(2)), y.attr(0) != 0};
}
constexpr attention_operands tangents_of(const node_view& y, const pushforward& p) {
  attention_operands d(y.arg(0), p.dx[1], p.dx[3]);
  d.q = p.dx[0];
  return d.with_rows(p.dx[2]);
}
constexpr var contribution(const node_view& y, const attention_pullback& bar, int i) {
  if (i == 0) return bar.q;
  if (i == 1) return beside({bar.k, bar.v});
  return i == 2 ? beside({bar.g, bar.l, bar.m}) : sum_to(bar.scores, y.arg(3).shape());
}

constexpr var attention_query_grad::vjp(const node_view& y, var ybar, int i) {
  return contribution(y, attention_pullback(parts_of(y), ybar, {}, {}), i);
}
constexpr var attention_query_grad::jvp(const node_view& y, const pushforward& p) {
  const attention_parts a = parts_of(y);
  const attention_operands d = tangents_of(y, p);
  return plus(product(a.slope_tangent(d), a.k), product(a.ds, d.k));
}
constexpr var attention_key_grad::vjp(const node_view& y, var ybar, int i) {
  const attention_operands u(y.arg(0), ybar, y.arg(3));
  return contribution(y, attention_pullback(parts_of(y), {}, u.k, u.v), i);
}
constexpr var attention_key_grad::jvp(const node_view& y, const pushforward& p) {
  const attention_parts a = parts_of(y);
  const attention_operands d = tangents_of(y, p);
  const var dk = plus(product(a.slope_tangent(d), a.q, true), product(a.ds, d.q, true));
  const var dv = plus(product(a.weight_tangent(d), a.g, true), product(a.p, d.g, true));
  const auto or_zeros = [&](var x, var like) {
    return x.exists() ? x : broadcast_to(y.tape->constant(0), like.shape());
  };
  return beside({or_zeros(dk, a.k), or_zeros(dv, a.v)});
}

} // namespace fluxpp::inline v0_1::ops
