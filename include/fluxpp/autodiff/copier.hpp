// SPDX-License-Identifier: MIT
#pragma once
// Nodes written again, with others in the place of some of their operands.
#include "fluxpp/ops/scan.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// copier: writes nodes again; what was replaced or written before stands for itself no more.
class copier {
public:
  constexpr explicit copier(graph::tape& t) : t_(t) { now_.assign(t.size(), -1); }

  constexpr bool has(int id) const { return id < now_.size() && now_[id] >= 0; }
  /// What stands for node id.
  constexpr var at(int id) const { return {t_, has(id) ? now_[id] : id}; }
  constexpr void set(int id, var now) {
    while (now_.size() <= id) now_.push(-1);
    now_[id] = now.id;
  }
  constexpr void copy(int id) { set(id, {t_, copy_of(id)}); }

private:
  constexpr int copy_of(int id) {
    graph::node n = t_[id];
    if (n.op == &graph::region_op) return copy_of_region(id);
    if (n.op == &graph::result_op) return copy_of_result(id);
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) n.args[i] = at(n.args[i]).id;
    return t_.push(n);
  }
  /// A region with all it consists of.
  constexpr int copy_of_region(int id) {
    const graph::region from = t_.regions[t_[id].args[0]]; // a copy: regions move when there are more
    const int r = t_.open(), outside = std::exchange(t_.current_region, r);
    graph::region& to = t_.regions[r];
    to.reverse = from.reverse, to.recompute = from.recompute, to.solves = from.solves, to.tolerance = from.tolerance;
    to.blocks = from.blocks, to.rewinds = from.rewinds;
    if (from.most >= 0) to.most = at(from.most).id;
    for (const graph::region::carry& c : from.carries) set(c.inside, graph::add_carry(t_, r, at(c.initial)));
    for (const graph::region::slice& s : from.slices)
      set(s.inside, s.rewound ? graph::add_rewound(t_, r, at(s.array))
                              : graph::add_slice(t_, r, at(s.array), s.column, s.index < 0 ? -1 : at(s.index).id));
    for (const int inside : graph::needed_in(t_, t_[id].args[0])) copy(inside);
    for (int i = 0; i < from.carries.size(); ++i) ops::set_next(t_, r, i, at(from.carries[i].next));
    for (const graph::region::stack& s : from.stacks) ops::add_stack(t_, r, at(s.inside), s.column, s.columns);
    if (from.again >= 0) ops::set_again(t_, r, at(from.again));
    t_.current_region = outside;
    graph::close(t_, r, t_.shape_of(id)[0]);
    return t_.regions[r].node;
  }
  constexpr int copy_of_result(int id) {
    const graph::attributes a = t_.attributes_of(id);
    const int region_node = at(t_[id].args[0]).id;
    return graph::result_of(t_, t_[region_node].args[0], static_cast<graph::result_role>(a.value[0]), a.value[1]).id;
  }

  graph::tape& t_;
  list<int> now_; ///< per node; -1: itself
};

} // namespace fluxpp::inline v0_1::autodiff
