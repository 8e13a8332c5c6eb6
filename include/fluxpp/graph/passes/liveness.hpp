// SPDX-License-Identifier: MIT
#pragma once
// Liveness: which nodes of a tape the outputs need, when views that change nothing and equal shapes are one.
#include "fluxpp/graph/program.hpp"

namespace fluxpp::inline v0_1::graph {

/// The shapes of a tape with extents replaced by what stands for them; shapes that became equal have one number.
class merged_shapes {
public:
  constexpr explicit merged_shapes(const tape& t) {
    for (const dims& shape : t.shapes()) {
      dims d = shape;
      for (int a = 0; a < d.rank; ++a) d[a] = t.extents.resolve(d[a]);
      number_.push(shapes_(d));
    }
  }
  /// No two shapes became equal.
  constexpr bool all_differ() const { return shapes_.size() == number_.size(); }
  constexpr int number(int shape) const { return number_[shape]; }
  constexpr const dims& operator[](int shape) const { return shapes_[number_[shape]]; }

private:
  interner<dims> shapes_;
  list<int> number_;
};

/// operands: which nodes the operands of a program's nodes really are.
class operands {
public:
  constexpr operands(const tape& t, const merged_shapes& shapes) : t_(t), standing_for_(t.size()) {
    int id = 0;
    for (const node& n : t.nodes()) {
      const int a = is_view(n.op->kind) ? n.args[0] : -1;
      const bool same = a >= 0 && shapes.number(t[a].shape) == shapes.number(n.shape);
      standing_for_[id] = same ? standing_for_[a] : id;
      all_stay_ = all_stay_ && !same && !(a >= 0 && n.op->kind == kind::broadcast && t[a].op->kind == kind::broadcast);
      ++id;
    }
  }
  /// Every node stands for itself.
  constexpr bool all_stay() const { return all_stay_; }
  /// A view with the shape of what it shows is no operation: the node it stands for.
  constexpr int standing_for(int id) const { return standing_for_[id]; }
  /// Operand a of a node: a broadcast shows what a broadcast below it shows.
  constexpr int operator()(const node& n, int a) const {
    return n.op->kind == kind::broadcast ? shown_by_broadcasts(standing_for_[a]) : standing_for_[a];
  }

private:
  constexpr int shown_by_broadcasts(int a) const {
    while (t_[a].op->kind == kind::broadcast) a = standing_for_[t_[a].args[0]];
    return a;
  }

  const tape& t_;
  list<int> standing_for_;
  bool all_stay_ = true;
};

/// The nodes that the outputs need; of a region only what its results need.
class liveness {
public:
  constexpr liveness(const tape& t, const operands& operand)
      : t_(t), operand_(operand), regions_(!t.regions.empty()), live_(t.size()) {
    for (const int o : t.outputs) mark(operand.standing_for(o));
    while (again_) {
      again_ = false;
      for (at_ = t.size() - 1; at_ >= 0; --at_)
        if (live_[at_]) regions_ ? visit(at_, t_[at_]) : visit(t_[at_]);
    }
  }
  constexpr bool operator[](int id) const { return live_[id]; }

private:
  /// A node behind the one that is looked at, as carries need, is looked at once more.
  constexpr void mark(int id) {
    if (id < 0 || live_[id]) return;
    live_[id] = true;
    again_ = again_ || id >= at_;
  }
  constexpr void visit(const node& n) {
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) live_[operand_(n, n.args[i])] = true;
  }
  /// The same where there are regions.
  constexpr void visit(int id, const node& n) {
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) mark(needed(id, operand_(n, n.args[i])));
    if (n.op == &region_op) visit_region(t_.regions[n.args[0]]);
    if (n.op == &result_op) visit_result(t_.regions[t_[n.args[0]].args[0]], id);
    if (n.op == &entry_op) visit_entry(t_.regions[t_.region_of(id)], id);
  }
  /// Of an operand outside the region of node id, what is behind its views: a block has those, and numbers, again.
  constexpr int needed(int id, int a) const {
    const int r = t_.region_of(id);
    while (t_.region_of(a) != r && is_view(t_[a].op->kind)) a = operand_(t_[a], t_[a].args[0]);
    return t_.region_of(a) != r && is_number(t_, a) ? -1 : a;
  }
  constexpr void visit_region(const region& r) {
    if (r.most >= 0) mark(operand_.standing_for(r.most));
    if (r.again >= 0) mark(operand_.standing_for(r.again));
  }
  constexpr void visit_result(const region& r, int id) {
    const attributes& a = t_.attributes_of(id);
    if (static_cast<result_role>(a.value[0]) == result_role::runs) return;
    if (static_cast<result_role>(a.value[0]) != result_role::stack) return mark(r.carries[a.value[1]].inside);
    for (const region::stack& s : r.stacks)
      if (s.result == id) mark(operand_.standing_for(s.inside));
  }
  /// Of an array that is taken column by column, all columns.
  constexpr void visit_entry(const region& r, int id) {
    for (int i = 0; i < r.slices.size(); ++i) {
      const region::slice& s = r.slices[i];
      if (s.inside != id) continue;
      if (rewound(t_, r, s)) {
        const int entries = s.array;
        mark(t_[entries].args[0]);
        mark(t_.regions[t_[t_[entries].args[0]].args[0]].carries[t_.attributes_of(entries).value[1]].inside);
        continue;
      }
      mark(operand_.standing_for(s.array));
      if (s.index >= 0) mark(operand_.standing_for(s.index));
      for (int k = i - s.column; k < r.slices.size() && (k <= i || r.slices[k].column > 0); ++k)
        mark(r.slices[k].inside);
    }
    for (const region::carry& c : r.carries)
      if (c.inside == id) mark(operand_.standing_for(c.initial)), mark(operand_.standing_for(c.next));
  }

  const tape& t_;
  const operands& operand_;
  const bool regions_;
  list<bool> live_;
  int at_ = 0;
  bool again_ = true;
};

} // namespace fluxpp::inline v0_1::graph
