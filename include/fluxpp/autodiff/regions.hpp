// SPDX-License-Identifier: MIT
#pragma once
// Derivatives of regions: a region of the derivatives of its runs, which finds what it needs of them kept or computes it
// again.
#include "fluxpp/autodiff/adjoint.hpp"
#include "fluxpp/autodiff/copier.hpp"
#include "fluxpp/autodiff/postponed.hpp"
#include "fluxpp/ops/fixed_point.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// derived_region: builds the region of the derivatives of another's runs. They are first written down in a draft, as if
/// every value of a run were at hand; then the part of it that is needed is written again, with these values in the place
/// of what they were.
class derived_region {
public:
  constexpr derived_region(graph::tape& t, int primal)
      : draft(t.open()), t_(t), primal_(primal), outside_(std::exchange(t.current_region, draft)), copy_(t) {
    t.regions[draft].parent = primal;
  }

  /// Writes the region; its number. Its carries and stacks are those of the draft.
  constexpr int write(bool reverse) {
    find_needed();
    t_.current_region = outside_;
    t_.current_region = region_ = t_.open();
    t_.regions[region_].reverse = reverse;
    if (t_.regions[primal_].ends_early())
      t_.regions[region_].most = graph::result_of(t_, primal_, graph::result_role::runs, 0).id;
    const graph::region from = t_.regions[draft]; // a copy: regions move when there are more
    for (const graph::region::carry& c : from.carries)
      copy_.set(c.inside, graph::add_carry(t_, region_, {t_, c.initial}));
    for (const graph::region::slice& s : from.slices)
      if (needed_[s.inside]) copy_.set(s.inside, graph::add_slice(t_, region_, {t_, s.array}));
    for (int id = 0; id < needed_.size(); ++id)
      if (needed_[id] && !copy_.has(id) && written(id)) write(id);
    for (int i = 0; i < from.carries.size(); ++i) ops::set_next(t_, region_, i, copy_.at(from.carries[i].next));
    for (const graph::region::stack& s : from.stacks) ops::add_stack(t_, region_, copy_.at(s.inside));
    t_.regions[draft].node = graph::region::abandoned;
    t_.current_region = outside_;
    graph::close(t_, region_, t_.shape_of(t_.regions[primal_].node)[0]);
    return region_;
  }

  const int draft; ///< the region in which derivatives are written down

  /// Nodes that are written again where they are needed; others keep their place outside.
  constexpr bool written(int id) const { return t_.region_of(id) == draft || t_.region_of(id) == primal_; }

  /// A value of the primal's runs that costs more to compute than to read.
  constexpr bool kept(int id) const {
    const graph::op_info& op = *t_[id].op;
    const int computed_by = op.kind == graph::kind::result ? t_[id].args[0] : id;
    if (t_.region_of(id) != primal_ || computed_by > t_.regions[primal_].node) return false;
    if (op.kind == graph::kind::input) return true;
    if (op.kind == graph::kind::region) return false;
    if (recomputes()) return op.random;
    return op.kind == graph::kind::elementwise ? op.cost > 1 : !graph::is_view(op.kind);
  }
  constexpr bool recomputes() const { return t_.regions[primal_].recompute; }
  /// What has the values of node id, which is kept, in all runs of the primal.
  constexpr var kept_array(int id) {
    const graph::region& from = t_.regions[primal_];
    for (int i = 0; i < from.carries.size(); ++i)
      if (from.carries[i].inside == id) return graph::result_of(t_, primal_, graph::result_role::entries, i);
    for (const graph::region::slice& s : from.slices)
      if (s.inside == id) return {t_, s.array};
    return graph::result_of(t_, primal_, graph::result_role::stack, ops::add_stack(t_, primal_, {t_, id}));
  }

private:
  constexpr void find_needed() {
    const graph::region& from = t_.regions[draft];
    needed_.assign(t_.size(), false);
    for (const graph::region::carry& c : from.carries) needed_[c.next] = true;
    for (const graph::region::stack& s : from.stacks) needed_[s.inside] = true;
    for (int id = needed_.size() - 1; id >= 0; --id)
      if (needed_[id] && written(id) && !kept(id)) graph::each_operand(t_, id, [&](int a) { needed_[a] = true; });
  }

  constexpr void write(int id) {
    if (kept(id)) copy_.set(id, graph::add_slice(t_, region_, kept_array(id)));
    else copy_.copy(id);
  }
  graph::tape& t_;
  int primal_, outside_, region_ = 0;
  list<bool> needed_;
  copier copy_;
};

/// The nodes that a region reads from outside and that derivatives are wanted of.
template <class Wanted> constexpr list<int> wanted_captures(const graph::tape& t, int r, const Wanted& wanted) {
  list<int> out;
  for (const int id : graph::captures(t, r))
    if (wanted(id)) out.push(id);
  return out;
}
/// v, or a zero with the shape of like.
constexpr var or_zero(var v, var like) { return v.exists() ? v : zeros_like(like); }

/// For a region that solves x = f(x): f(x) at the solution, written out.
constexpr var at_solution(graph::tape& t, int r) {
  const graph::region::carry of = t.regions[r].carries[0];
  copier copy(t);
  copy.set(of.inside, graph::result_of(t, r, graph::result_role::last, 0));
  for (const int id : graph::needed_in(t, r)) copy.copy(id);
  return copy.at(of.next);
}
constexpr fixed_point_options options_of(const graph::tape& t, int r) {
  return {t.regions[r].tolerance, t.shape_of(t.regions[r].node)[0]};
}
/// u = xbar + J^T u is the cotangent of f(x) that stands for xbar of the solution; it reaches what f reads.
constexpr void pull_through_solution(graph::tape& t, int r, cotangents& bar) {
  const var x = graph::result_of(t, r, graph::result_role::last, 0), xbar = bar.of_result(x.id);
  if (!xbar.exists()) return;
  const var y = at_solution(t, r);
  const auto step = [&](var u) { return ops::plus(adjoint(t, list_of(y), list_of(u), list_of(x))[0], xbar); };
  const var u = ops::fixed_point_function::solve(t, step, xbar, options_of(t, r));
  list<var> read;
  for (const int id : wanted_captures(t, r, [&](int a) { return bar.is_wanted(a); })) read.push({t, id});
  read.push(x); // which is not followed further
  const list<var> g = adjoint(t, list_of(y), list_of(u), read);
  for (int i = 0; i + 1 < read.size(); ++i) bar.add(read[i].id, g[i]);
}
/// dx = dy + J dx, where dy is the tangent of f(x) from what it reads.
constexpr void push_through_solution(graph::tape& t, int r, list<int>& dot) {
  const var x = graph::result_of(t, r, graph::result_role::last, 0), y = at_solution(t, r);
  list<var> read = list_of(x), direction = list_of(var()); // x itself is held
  for (const int id : graph::captures(t, r))
    if (id < dot.size() && dot[id] >= 0) read.push({t, id}), direction.push({t, dot[id]});
  const var dy = tangents(t, list_of(y), read, direction)[0];
  if (!dy.exists() || x.id >= dot.size()) return;
  const auto step = [&](var dx) { return ops::plus(tangents(t, list_of(y), list_of(x), list_of(dx))[0], dy); };
  dot[x.id] = ops::fixed_point_function::solve(t, step, dy, options_of(t, r)).id;
}

/// The runs of the adjoint go the other way: they hand on the cotangents of the carries, and sum those of what all runs
/// share.
constexpr void pull_through_region(graph::tape& t, int id, cotangents& bar) {
  t.line = t[id].line;
  const int r = t[id].args[0];
  if (t.regions[r].solves) return pull_through_solution(t, r, bar);
  const graph::region of = t.regions[r];
  bool any = false;
  for (const graph::region::carry& c : of.carries)
    any = any || bar.of_result(c.last).exists() || bar.of_result(c.entries).exists();
  for (const graph::region::stack& s : of.stacks) any = any || bar.of_result(s.result).exists();
  if (!any) return;

  derived_region d(t, r);
  list<var> y, ybar, x;
  list<int> carries;
  for (int i = 0; i < of.carries.size(); ++i) {
    const graph::region::carry& c = of.carries[i];
    if (t.integer(c.inside)) continue;
    carries.push(i);
    y.push({t, c.next});
    ybar.push(graph::add_carry(t, d.draft, or_zero(bar.of_result(c.last), {t, c.initial})));
    x.push({t, c.inside});
  }
  for (const graph::region::stack& s : of.stacks)
    if (const var b = bar.of_result(s.result); b.exists())
      y.push({t, s.inside}), ybar.push(graph::add_slice(t, d.draft, b));
  list<int> arrays;
  for (const graph::region::slice& s : of.slices)
    if (bar.is_wanted(s.array)) arrays.push(s.array), x.push({t, s.inside});
  const list<int> shared = wanted_captures(t, r, [&](int a) { return bar.is_wanted(a); });
  for (const int a : shared) x.push({t, a});

  const list<var> g = adjoint(t, y, ybar, x);
  int at = 0;
  for (; at < carries.size(); ++at) {
    var next = or_zero(g[at], x[at]);
    if (const var b = bar.of_result(of.carries[carries[at]].entries); b.exists())
      next = next + graph::add_slice(t, d.draft, b);
    t.regions[d.draft].carries[at].next = next.id;
  }
  list<int> summed, stacked; // the nodes whose cotangents the region has
  for (const int array : arrays) {
    if (g[at].exists()) stacked.push(array), t.regions[d.draft].stacks.push({g[at].id});
    ++at;
  }
  postponed products(t, d);
  for (const int a : shared) {
    if (g[at].exists() && !products.take(a, g[at])) {
      const var sum = graph::add_carry(t, d.draft, zeros_like({t, a}));
      t.regions[d.draft].carries.back().next = (sum + g[at]).id;
      summed.push(a);
    }
    ++at;
  }
  const int adjoint_region = d.write(!of.reverse);
  const auto result = [&](graph::result_role role, int which) {
    return graph::result_of(t, adjoint_region, role, which);
  };
  for (int i = 0; i < carries.size(); ++i) bar.add(of.carries[carries[i]].initial, result(graph::result_role::last, i));
  for (int i = 0; i < summed.size(); ++i) bar.add(summed[i], result(graph::result_role::last, carries.size() + i));
  for (int i = 0; i < stacked.size(); ++i) bar.add(stacked[i], result(graph::result_role::stack, i));
  products.for_each(adjoint_region, [&](int shared_by_all, var xbar) { bar.add(shared_by_all, xbar); });
}

/// The runs of the tangent go the same way.
constexpr void push_through_region(graph::tape& t, int id, list<int>& dot) {
  const int r = t[id].args[0];
  if (t.regions[r].solves) return push_through_solution(t, r, dot);
  const graph::region of = t.regions[r];
  const auto dot_of = [&](int a) { return a < dot.size() && dot[a] >= 0 ? var(t, dot[a]) : var(); };
  derived_region d(t, r);
  list<var> y, x, dx;
  list<int> carries;
  for (int i = 0; i < of.carries.size(); ++i) {
    const graph::region::carry& c = of.carries[i];
    if (t.integer(c.inside)) continue;
    carries.push(i);
    y.push({t, c.next}), x.push({t, c.inside});
    dx.push(graph::add_carry(t, d.draft, or_zero(dot_of(c.initial), {t, c.initial})));
  }
  for (const graph::region::slice& s : of.slices)
    if (const var v = dot_of(s.array); v.exists()) x.push({t, s.inside}), dx.push(graph::add_slice(t, d.draft, v));
  for (const int a : wanted_captures(t, r, [&](int c) { return dot_of(c).exists(); }))
    x.push({t, a}), dx.push(dot_of(a));
  for (const graph::region::stack& s : of.stacks) y.push({t, s.inside});

  const list<var> dy = tangents(t, y, x, dx);
  for (int i = 0; i < carries.size(); ++i) t.regions[d.draft].carries[i].next = or_zero(dy[i], y[i]).id;
  list<int> stacked;
  for (int k = 0; k < of.stacks.size(); ++k)
    if (const var v = dy[carries.size() + k];
        v.exists() && of.stacks[k].result >= 0 && of.stacks[k].result < dot.size())
      stacked.push(of.stacks[k].result), t.regions[d.draft].stacks.push({v.id});
  const int tangent_region = d.write(of.reverse);
  const auto set = [&](int result, graph::result_role role, int which) {
    if (result >= 0 && result < dot.size()) dot[result] = graph::result_of(t, tangent_region, role, which).id;
  };
  for (int i = 0; i < carries.size(); ++i) {
    set(of.carries[carries[i]].last, graph::result_role::last, i);
    set(of.carries[carries[i]].entries, graph::result_role::entries, i);
  }
  for (int k = 0; k < stacked.size(); ++k) set(stacked[k], graph::result_role::stack, k);
}

} // namespace fluxpp::inline v0_1::autodiff
