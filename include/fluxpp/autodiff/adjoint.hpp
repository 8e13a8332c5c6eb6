// SPDX-License-Identifier: MIT
#pragma once
// Reverse mode: one sweep over the tape from outputs to inputs, appending the adjoint to the same tape.
#include "fluxpp/autodiff/zeros.hpp"
#include "fluxpp/graph/regions.hpp"
#include "fluxpp/ops/concat.hpp"

#include <utility>

namespace fluxpp::inline v0_1::autodiff {

/// depends[i] is true when node i is reached from one of the vars in x; the sweep stops at them.
constexpr list<bool> reached_from(const graph::tape& t, int last, const list<var>& x) {
  list<bool> depends;
  depends.assign(last + 1, false);
  for (const var& v : x)
    if (v.id <= last) depends[v.id] = true;
  for (int id = 0; id <= last; ++id) {
    if (t[id].op->integer) continue;
    const graph::node& n = t[id];
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0 && depends[n.args[i]]) depends[id] = true;
    if (n.op == &graph::region_op)
      graph::each_operand(t, id, [&](int a) { depends[id] = depends[id] || (a <= last && depends[a]); });
  }
  return depends;
}

/// cotangents: what a reverse sweep has found so far, per node.
struct cotangents {
  graph::tape& t;
  list<bool> wanted; ///< nodes that lead to what is differentiated
  list<bool> stop;   ///< what is differentiated: the sweep does not go on
  list<int> found;   ///< the node of the cotangent; -1: none

  constexpr cotangents(graph::tape& tape, int last, const list<var>& x)
      : t(tape), wanted(reached_from(tape, last, x)), stop(last + 1) {
    found.assign(last + 1, -1);
    for (const var& v : x)
      if (v.id <= last) stop[v.id] = true;
  }
  constexpr bool is_wanted(int id) const { return id < wanted.size() && wanted[id] && !t.integer(id); }
  /// The cotangent of a result of a region, if the sweep goes on from it.
  constexpr var of_result(int id) const {
    return id >= 0 && id < found.size() && found[id] >= 0 && wanted[id] && !stop[id] ? var(t, found[id]) : var();
  }
  /// Adds to the cotangent of a node that is wanted.
  constexpr void add(int id, var c) {
    if (c.exists() || c.number != 0) found[id] = found[id] < 0 ? c.id : ops::sum_of_parts(c, {t, found[id]}).id;
  }
};

/// Carries the cotangents of a region's results to its operands; see autodiff/regions.hpp.
constexpr void pull_through_region(graph::tape& t, int id, cotangents& bar);

constexpr void pull_through(graph::tape& t, int id, cotangents& bar) {
  t.line = t[id].line;
  const graph::node_view node(t, id);
  graph::pullback p{{t, bar.found[id]}};
  for (int i = 0; i < node.node.op->arity; ++i) p.wanted[i] = node.node.args[i] >= 0 && bar.wanted[node.node.args[i]];
  node.node.op->adjoint(node, p);
  for (int i = 0; i < node.node.op->arity; ++i)
    if (p.wanted[i]) bar.add(node.node.args[i], p.contribution[i]);
}

/// adjoint(t, y, ybar, x): the cotangents of the vars in x, given those of the vars in y; one that no y reaches does not
/// exist.
/// source   Griewank & Walther 2008, Evaluating Derivatives, chapter 3
constexpr list<var> adjoint(graph::tape& t, const list<var>& y, const list<var>& ybar, const list<var>& x) {
  int last = -1;
  for (const var& v : y) last = v.id > last ? v.id : last;
  cotangents bar(t, last, x);
  for (int i = 0; i < y.size(); ++i)
    if (ybar[i].exists() && bar.wanted[y[i].id])
      bar.add(y[i].id, ops::fitted(ybar[i], y[i].shape(), "vjp", graph::rule::cotangent));
  const bool among_rules = std::exchange(t.rules, true);
  for (int id = last; id >= 0; --id) {
    if (!bar.wanted[id] || bar.stop[id]) continue;
    if (bar.found[id] >= 0 && t[id].op->adjoint != nullptr) pull_through(t, id, bar);
    else if (t[id].op == &graph::region_op) pull_through_region(t, id, bar);
  }
  t.rules = among_rules;
  list<var> xbar;
  for (const var& v : x) xbar.push(v.id <= last && bar.found[v.id] >= 0 ? var(t, bar.found[v.id]) : var());
  return xbar;
}
/// The same for one y; a cotangent that y does not reach is a zero of its var's shape.
constexpr list<var> adjoint(graph::tape& t, var y, var ybar, const list<var>& x) {
  list<var> xbar = adjoint(t, list_of(y), list_of(ybar), x);
  for (int i = 0; i < x.size(); ++i)
    if (!xbar[i].exists()) xbar[i] = zeros_like(x[i]);
  return xbar;
}

/// The forward sweep; see autodiff/tangent.hpp.
constexpr list<var> tangents(graph::tape& t, const list<var>& y, const list<var>& x, const list<var>& dx);

} // namespace fluxpp::inline v0_1::autodiff

#include "fluxpp/autodiff/regions.hpp" // completes what is declared above
#include "fluxpp/autodiff/tangent.hpp"
