// SPDX-License-Identifier: MIT
#pragma once
// The region of the derivatives of another's runs, which finds what it needs of them kept or computes it again.
#include "fluxpp/autodiff/copier.hpp"
#include "fluxpp/autodiff/zeros.hpp"
#include "fluxpp/ops/scan.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// v, or a zero with the shape of like.
constexpr var or_zero(var v, var like) { return v.exists() ? v : zeros_like(like); }

/// derived_region: builds the region of the derivatives of another's runs. They are first written down in a draft, as if
/// every value of a run were at hand; then the part of it that is needed is written again, with these values in the place
/// of what they were.
class derived_region {
public:
  constexpr derived_region(graph::tape& t, int primal)
      : draft(t.open()), t_(t), primal_(primal), outside_(std::exchange(t.current_region, draft)), copy_(t) {
    t.regions[draft].parent = primal;
    t.regions[draft].blocks = t.regions[primal].blocks;
  }

  /// A carry in the draft for every carry of the primal that has derivatives: it begins with first(carry), or with zeros, and
  /// is appended to `derivatives`, as what the primal's was and became to x and y. The numbers of these carries.
  template <class First>
  constexpr list<int> carry_derivatives(list<var>& x, list<var>& y, list<var>& derivatives, const First& first) {
    list<int> carried;
    for (int i = 0; i < t_.regions[primal_].carries.size(); ++i) {
      const graph::region::carry c = t_.regions[primal_].carries[i];
      if (t_.integer(c.inside)) continue;
      carried.push(i);
      y.push({t_, c.next}), x.push({t_, c.inside});
      derivatives.push(graph::add_carry(t_, draft, or_zero(first(c), {t_, c.initial})));
    }
    return carried;
  }

  /// Writes the region; its number. Its carries and stacks are those of the draft.
  constexpr int write(bool reverse) {
    find_needed();
    t_.current_region = outside_;
    t_.current_region = region_ = t_.open();
    t_.regions[region_].reverse = reverse;
    t_.regions[region_].blocks = t_.regions[region_].recompute = t_.regions[primal_].blocks;
    if (t_.regions[primal_].ends_early())
      t_.regions[region_].most = graph::result_of(t_, primal_, graph::result_role::runs, 0).id;
    const graph::region from = t_.regions[draft]; // a copy: regions move when there are more
    for (const graph::region::carry& c : from.carries)
      copy_.set(c.inside, graph::add_carry(t_, region_, {t_, c.initial}));
    for (const graph::region::slice& s : from.slices)
      if (needed_[s.inside]) copy_.set(s.inside, graph::add_slice(t_, region_, {t_, s.array}, s.column, s.index));
    for (int id = 0; id < needed_.size(); ++id)
      if (needed_[id] && !copy_.has(id) && written(id)) write(id);
    for (int i = 0; i < from.carries.size(); ++i) ops::set_next(t_, region_, i, copy_.at(from.carries[i].next));
    for (const graph::region::stack& s : from.stacks)
      ops::add_stack(t_, region_, copy_.at(s.inside), s.column, s.columns);
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
    if (graph::found_again(t_, id)) return false;
    if (op.kind == graph::kind::region) return false;
    if (recomputes()) return op.random;
    return op.kind == graph::kind::elementwise ? op.cost > 1 : !graph::is_view(op.kind);
  }
  constexpr bool recomputes() const { return t_.regions[primal_].recompute; }
  constexpr bool ends_early() const { return t_.regions[primal_].ends_early(); }
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
    if (kept(id)) copy_.set(id, slice_of_kept(id));
    else copy_.copy(id);
  }
  /// The value that node id had in a run of the primal.
  constexpr var slice_of_kept(int id) {
    for (const graph::region::slice& s : t_.regions[primal_].slices)
      if (s.inside == id) return graph::add_slice(t_, region_, {t_, s.array}, s.column, s.index);
    const var array = kept_array(id);
    const bool again = t_.regions[primal_].rewinds && t_[id].op == &graph::entry_op;
    return again ? graph::add_rewound(t_, region_, array) : graph::add_slice(t_, region_, array);
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

/// Has v stacked in a draft: one value, or the columns of a result; nothing where none of them exists.
constexpr bool stack_columns(graph::tape& t, int draft, const var* v, const var* like, int columns) {
  const int count = columns > 0 ? columns : 1;
  bool any = false;
  for (int j = 0; j < count; ++j) any = any || v[j].exists();
  for (int j = 0; j < count && any; ++j) t.regions[draft].stacks.push({or_zero(v[j], like[j]).id, -1, j, columns});
  return any;
}

} // namespace fluxpp::inline v0_1::autodiff
