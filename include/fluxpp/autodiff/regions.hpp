// SPDX-License-Identifier: MIT
#pragma once
// Derivatives of regions: through the runs of a loop, and of the equation that a fixed point solves.
#include "fluxpp/autodiff/adjoint.hpp"
#include "fluxpp/autodiff/derived_region.hpp"
#include "fluxpp/autodiff/postponed.hpp"
#include "fluxpp/ops/fixed_point.hpp"
#include "fluxpp/ops/gather.hpp"

namespace fluxpp::inline v0_1::autodiff {

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

/// pulled_region: the runs of the adjoint go the other way: they hand on the cotangents of the carries, and sum those of
/// what all runs share.
class pulled_region {
public:
  constexpr pulled_region(graph::tape& t, int r, cotangents& bar)
      : t_(t), primal_(r), of_(t.regions[r]), bar_(bar), derived_(t, r), products_(t, derived_) {
    carries(), stacks(), slices(), captures();
    const list<var> g = adjoint(t, y_, ybar_, x_);
    int at = 0;
    for (const int i : carried_) next(i, at, g[at]), ++at;
    for (int i = 0; i < arrays_.size(); ++i) at += stack(i, &g[at], &x_[at]);
    for (const int a : shared_) sum(a, g[at++]);
    add(derived_.write(!of_.reverse));
  }

private:
  constexpr int draft() const { return derived_.draft; }
  constexpr void carries() {
    carried_ = derived_.carry_derivatives(x_, y_, ybar_,
                                          [&](const graph::region::carry& c) { return bar_.of_result(c.last); });
  }
  constexpr void stacks() {
    for (const graph::region::stack& s : of_.stacks)
      if (const var b = bar_.of_result(s.result); b.exists())
        y_.push({t_, s.inside}), ybar_.push(graph::add_slice(t_, draft(), b, s.column));
  }
  constexpr void slices() {
    for (const graph::region::slice& s : of_.slices) {
      if (!bar_.is_wanted(s.array)) continue;
      x_.push({t_, s.inside});
      if (s.column == 0) arrays_.push(s);
    }
  }
  constexpr void captures() {
    for (const int a : wanted_captures(t_, primal_, [&](int id) { return bar_.is_wanted(id); }))
      shared_.push(a), x_.push({t_, a});
  }

  constexpr void next(int i, int at, var g) {
    var next = or_zero(g, x_[at]);
    if (const var b = bar_.of_result(of_.carries[i].entries); b.exists())
      next = next + graph::add_slice(t_, draft(), b);
    t_.regions[draft()].carries[at].next = next.id;
  }
  /// The cotangents of an array; how many vars of the body it had.
  constexpr int stack(int i, const var* g, const var* like) {
    const int columns = graph::columns_of(t_, primal_, arrays_[i].array), first = t_.regions[draft()].stacks.size();
    stacked_.push(stack_columns(t_, draft(), g, like, columns) ? first : -1);
    return columns > 0 ? columns : 1;
  }
  constexpr void sum(int a, var g) {
    if (!g.exists() || products_.take(a, g)) return;
    const var sum = graph::add_carry(t_, draft(), zeros_like({t_, a}));
    t_.regions[draft()].carries.back().next = (sum + g).id;
    summed_.push(a);
  }

  constexpr void add(int region) {
    const auto result = [&](graph::result_role role, int which) { return graph::result_of(t_, region, role, which); };
    int at = 0;
    for (const int i : carried_) bar_.add(of_.carries[i].initial, result(graph::result_role::last, at++));
    for (const int a : summed_) bar_.add(a, result(graph::result_role::last, at++));
    for (int i = 0; i < arrays_.size(); ++i)
      if (stacked_[i] >= 0)
        bar_.add(arrays_[i].array, of_array(arrays_[i], result(graph::result_role::stack, stacked_[i])));
    products_.each(region, [&](int of, var cotangent) { bar_.add(of, cotangent); });
  }
  /// The cotangent of an array from those of the rows that an index took of it.
  constexpr var of_array(const graph::region::slice& s, var rows) const {
    if (s.index < 0) return rows;
    const var index = ops::index_along({t_, s.index}, 0, rows.rank());
    return ops::scatter_add::apply(rows, index, t_.shape_of(s.array)[0], 0);
  }

  graph::tape& t_;
  const int primal_;
  const graph::region of_; ///< a copy: regions move when there are more
  cotangents& bar_;
  derived_region derived_;
  postponed<derived_region> products_;
  list<var> y_, ybar_, x_;
  list<int> carried_, shared_, summed_;
  list<graph::region::slice> arrays_;
  list<int> stacked_; ///< per array: the first of its stacks, or -1
};
constexpr void pull_through_region(graph::tape& t, int id, cotangents& bar) {
  t.line = t[id].line;
  const int r = t[id].args[0];
  if (t.regions[r].solves) return pull_through_solution(t, r, bar);
  bool any = false;
  for (const graph::region::carry& c : t.regions[r].carries)
    any = any || bar.of_result(c.last).exists() || bar.of_result(c.entries).exists();
  for (const graph::region::stack& s : t.regions[r].stacks) any = any || bar.of_result(s.result).exists();
  if (any) pulled_region(t, r, bar);
}

/// pushed_region: the runs of the tangent go the same way.
class pushed_region {
public:
  constexpr pushed_region(graph::tape& t, int r, list<int>& dot)
      : t_(t), primal_(r), of_(t.regions[r]), dot_(dot), derived_(t, r) {
    carries(), slices(), captures();
    for (const graph::region::stack& s : of_.stacks) y_.push({t, s.inside});
    const list<var> dy = tangents(t, y_, x_, dx_);
    for (int i = 0; i < carried_.size(); ++i) t.regions[draft()].carries[i].next = or_zero(dy[i], y_[i]).id;
    for (int k = 0; k < of_.stacks.size(); ++k) stack(k, &dy[carried_.size() + k], &y_[carried_.size() + k]);
    set_all(derived_.write(of_.reverse));
  }

private:
  constexpr int draft() const { return derived_.draft; }
  constexpr var dot_of(int a) const { return a < dot_.size() && dot_[a] >= 0 ? var(t_, dot_[a]) : var(); }
  constexpr bool asked_for(int result) const { return result >= 0 && result < dot_.size(); }
  constexpr void carries() {
    carried_ =
        derived_.carry_derivatives(x_, y_, dx_, [&](const graph::region::carry& c) { return dot_of(c.initial); });
  }
  constexpr void slices() {
    for (const graph::region::slice& s : of_.slices)
      if (const var v = dot_of(s.array); v.exists())
        x_.push({t_, s.inside}), dx_.push(graph::add_slice(t_, draft(), v, s.column, s.index));
  }
  constexpr void captures() {
    for (const int a : wanted_captures(t_, primal_, [&](int c) { return dot_of(c).exists(); }))
      x_.push({t_, a}), dx_.push(dot_of(a));
  }
  constexpr void stack(int k, const var* dy, const var* y) {
    const graph::region::stack& s = of_.stacks[k];
    if (s.column > 0 || !asked_for(s.result)) return;
    const int first = t_.regions[draft()].stacks.size();
    if (stack_columns(t_, draft(), dy, y, s.columns)) results_.push(s.result), stacked_.push(first);
  }
  constexpr void set_all(int region) {
    const auto set = [&](int result, graph::result_role role, int which) {
      if (asked_for(result)) dot_[result] = graph::result_of(t_, region, role, which).id;
    };
    for (int i = 0; i < carried_.size(); ++i) {
      set(of_.carries[carried_[i]].last, graph::result_role::last, i);
      set(of_.carries[carried_[i]].entries, graph::result_role::entries, i);
    }
    for (int i = 0; i < results_.size(); ++i) set(results_[i], graph::result_role::stack, stacked_[i]);
  }

  graph::tape& t_;
  const int primal_;
  const graph::region of_; ///< a copy: regions move when there are more
  list<int>& dot_;
  derived_region derived_;
  list<var> y_, x_, dx_;
  list<int> carried_, results_;
  list<int> stacked_; ///< per result: the first of its stacks
};
constexpr void push_through_region(graph::tape& t, int id, list<int>& dot) {
  const int r = t[id].args[0];
  if (t.regions[r].solves) push_through_solution(t, r, dot);
  else pushed_region(t, r, dot);
}

} // namespace fluxpp::inline v0_1::autodiff
