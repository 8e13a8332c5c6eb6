// SPDX-License-Identifier: MIT
#pragma once
// Forward mode: one sweep over the tape from inputs to outputs, appending the tangent to the same tape.
#include "fluxpp/autodiff/adjoint.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// Carries the tangents of a region's operands to its results; see autodiff/regions.hpp.
constexpr void push_through_region(graph::tape& t, int id, list<int>& dot);

constexpr void push_through(graph::tape& t, int id, list<int>& dot) {
  const graph::node_view node(t, id);
  graph::pushforward p;
  bool any = false;
  for (int i = 0; i < node.node.op->arity; ++i)
    if (const int d = node.node.args[i] >= 0 ? dot[node.node.args[i]] : -1; d >= 0) {
      p.dx[i] = {t, d};
      any = true;
    }
  if (!any) return;
  if (const var dy = node.node.op->tangent(node, p); dy.exists()) dot[id] = dy.id;
}

/// tangents(t, y, x, dx): the directional derivative of each var in y along dx, the tangents of the vars in x; one that is
/// zero does not exist.
/// source   Griewank & Walther 2008, Evaluating Derivatives, chapter 3
constexpr list<var> tangents(graph::tape& t, const list<var>& y, const list<var>& x, const list<var>& dx) {
  int last = -1;
  for (const var& v : y) last = v.id > last ? v.id : last;
  const list<bool> depends = reached_from(t, last, x);
  list<int> dot;
  dot.assign(last + 1, -1);
  list<bool> given(last + 1), needed(last + 1);
  for (int i = 0; i < x.size(); ++i) {
    if (x[i].id > last) continue;
    given[x[i].id] = true;
    if (dx[i].exists()) dot[x[i].id] = ops::fitted(dx[i], x[i].shape(), "jvp", graph::rule::tangent).id;
  }
  for (const var& v : y) needed[v.id] = true;
  for (int id = last; id >= 0; --id)
    if (needed[id] && depends[id] && !given[id]) graph::each_operand(t, id, [&](int a) { needed[a] = true; });
  const bool among_rules = std::exchange(t.rules, true);
  for (int id = 0; id <= last; ++id) {
    if (!needed[id] || !depends[id] || given[id]) continue;
    t.line = t[id].line;
    if (t[id].op == &graph::region_op) push_through_region(t, id, dot);
    else if (t[id].op->tangent != nullptr) push_through(t, id, dot);
  }
  t.rules = among_rules;
  list<var> dy;
  for (const var& v : y) dy.push(dot[v.id] >= 0 ? var(t, dot[v.id]) : var());
  return dy;
}

/// The same with zeros in place of tangents that do not exist.
constexpr list<var> tangent(graph::tape& t, const list<var>& y, const list<var>& x, const list<var>& dx) {
  list<var> dy = tangents(t, y, x, dx);
  for (int i = 0; i < y.size(); ++i)
    if (!dy[i].exists()) dy[i] = zeros_like(y[i]);
  return dy;
}

} // namespace fluxpp::inline v0_1::autodiff
