// SPDX-License-Identifier: MIT
#pragma once
// Reverse mode: one sweep over the tape from an output to its inputs, appending the adjoint to the same tape.
#include "fluxpp/ops/pin.hpp"

#include <utility>

namespace fluxpp::inline v0_1::autodiff {

/// depends[i] is true when node i is reached from one of the vars in x; the sweep stops at them.
constexpr list<bool> reached_from(const graph::tape& t, int last, const list<var>& x) {
  list<bool> depends;
  depends.assign(last + 1, false);
  for (const var& v : x)
    if (v.id <= last) depends[v.id] = true;
  for (int id = 0; id <= last; ++id) {
    const graph::node& n = t[id];
    if (n.op->integer) continue;
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0 && depends[n.args[i]]) depends[id] = true;
  }
  return depends;
}

/// A direction with the shape that it must have; one that differs is a fault, one with other names is checked at the call.
constexpr var direction(var v, const dims& shape, const char* rule, graph::rule fault) {
  graph::tape& t = *v.tape;
  const dims given = v.shape();
  bool fits = given.rank <= shape.rank;
  for (int i = 1; fits && i <= given.rank; ++i) {
    const int is = t.extents.resolve(given[given.rank - i]), must_be = t.extents.resolve(shape[shape.rank - i]);
    if (is == 1 || is == must_be) continue;
    if (is >= 0 && must_be >= 0) fits = false;
    else t.extents.equate(must_be, is, rule, t.line);
  }
  if (!fits) t.fail(fault, shape, given);
  return ops::broadcast_to(fits ? v : t.constant(0), shape);
}

/// A zero with the shape of x.
constexpr var zeros_like(var x) { return ops::broadcast_to(x.tape->constant(0), x.shape()); }

/// A direction of x that is none in particular: what is linear in it can be transposed, or recorded for others.
constexpr var placeholder(var x) { return ops::pin::apply(zeros_like(x)); }

/// adjoint(t, y, ybar, x): the cotangents of the vars in x, given the cotangent of y.
/// One that y does not reach is a zero of x's shape.
/// source   Griewank & Walther 2008, Evaluating Derivatives, chapter 3
constexpr list<var> adjoint(graph::tape& t, var y, var ybar, const list<var>& x) {
  const list<bool> depends = reached_from(t, y.id, x);
  list<int> bar;
  bar.assign(y.id + 1, -1);
  list<bool> wanted_here;
  wanted_here.assign(y.id + 1, false);
  for (const var& v : x)
    if (v.id <= y.id) wanted_here[v.id] = true;
  bar[y.id] = direction(ybar, y.shape(), "vjp", graph::rule::cotangent).id;
  const bool among_rules = std::exchange(t.rules, true);
  for (int id = y.id; id >= 0; --id) {
    if (bar[id] < 0 || !depends[id] || wanted_here[id] || t[id].op->adjoint == nullptr) continue;
    t.line = t[id].line;
    const graph::node_view node(t, id);
    graph::pullback p{{t, bar[id]}};
    for (int i = 0; i < node.node.op->arity; ++i) p.wanted[i] = node.node.args[i] >= 0 && depends[node.node.args[i]];
    node.node.op->adjoint(node, p);
    for (int i = 0; i < node.node.op->arity; ++i) {
      var c = p.contribution[i];
      if (!p.wanted[i] || !(c.exists() || c.number != 0)) continue;
      int& sum = bar[node.node.args[i]];
      sum = sum < 0 ? c.id : (c + var(t, sum)).id;
    }
  }
  t.rules = among_rules;
  list<var> xbar;
  for (const var& v : x) xbar.push(v.id <= y.id && bar[v.id] >= 0 ? var(t, bar[v.id]) : zeros_like(v));
  return xbar;
}

} // namespace fluxpp::inline v0_1::autodiff
