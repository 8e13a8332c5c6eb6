// SPDX-License-Identifier: MIT
#pragma once
// Placement: liveness, and an offset in the workspace for everything that is stored.
#include "fluxpp/graph/passes/fuse.hpp"

namespace fluxpp::inline v0_1::graph {

/// Offsets are multiples of this many elements.
inline constexpr long alignment = 16;

/// amount: a number of elements, fixed + per_batch * (the one symbol of the program).
struct amount {
  long fixed = 0;
  long per_batch = 0;
};

/// location: where a node's value lives; for the arena an offset, else an index or offset in its space.
struct location {
  graph::space space = space::arena;
  int index = 0;
  amount offset;
};

/// sizes_in_one_symbol(g, out): the element count of every shape, when each is a number or a number times one and the
/// same symbol; false when the program has other extents and is planned at run time.
constexpr bool sizes_in_one_symbol(const graph_view& g, amount* out) {
  int symbol = 0;
  for (int s = 0; s < g.count.shapes; ++s) {
    out[s] = {1, 0};
    for (int a = 0; a < g.shapes[s].rank; ++a) {
      int e = g.shapes[s][a];
      long factor = 1;
      if (e < 0 && g.extents[-1 - e].kind == extent_kind::product && g.extents[-1 - e].a >= 0) {
        factor = g.extents[-1 - e].a;
        e = g.extents[-1 - e].b;
      }
      if (e >= 0) {
        out[s] = {out[s].fixed * e, out[s].per_batch * e};
      } else if (g.extents[-1 - e].kind != extent_kind::symbol || (symbol != 0 && e != symbol) ||
                 out[s].per_batch != 0) {
        return false;
      } else {
        symbol = e;
        out[s] = {0, out[s].fixed * factor};
      }
    }
  }
  return true;
}

/// arena_allocator: size classes by powers of two with free lists; linear time, no search.
class arena_allocator {
public:
  constexpr arena_allocator(int nodes) {
    next_.assign(nodes, -1);
    for (int& h : head_) h = -1;
  }
  /// The offset of a block of n elements for this node.
  constexpr long take(int node, long n, list<long>& offset, list<long>& size) {
    n = (n + alignment - 1) / alignment * alignment;
    for (int c = size_class(n); c <= size_class(n) + 1 && c < classes; ++c) {
      const int block = head_[c];
      if (block < 0 || size[block] < n) continue;
      head_[c] = next_[block];
      size[node] = size[block];
      return offset[node] = offset[block];
    }
    size[node] = n;
    offset[node] = top_;
    top_ += n;
    return offset[node];
  }
  constexpr void release(int node, const list<long>& size) {
    const int c = size_class(size[node]);
    next_[node] = head_[c];
    head_[c] = node;
  }
  constexpr long top() const { return top_; }

private:
  static constexpr int classes = 48;
  static constexpr int size_class(long n) {
    int c = 0;
    while (n > 1 && c < classes - 1) n >>= 1, ++c;
    return c;
  }
  list<int> next_;
  int head_[classes]{};
  long top_ = 0;
};

/// placement: a location per node, and the sizes of the two parts of the workspace.
struct placement {
  list<location> of;
  list<double> constants;
  amount arena;
};

/// last_use[node]: the last step that reads a stored node; outputs are never released.
constexpr list<int> last_uses(const staged_view& s, const fused_view& f) {
  list<int> last;
  last.assign(s.g.count.nodes, -1);
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    for (int i = 0; i < s.g[id].op->arity; ++i)
      if (const int a = s.g[id].args[i]; a >= 0) {
        int& l = last[owner(s.g, s.copied, a)];
        l = f.step_of[id] > l ? f.step_of[id] : l;
      }
  }
  for (int i = 0; i < s.g.count.outputs; ++i) last[owner(s.g, s.copied, s.g.outputs[i])] = f.step_count;
  return last;
}

constexpr void place_leaves(const staged_view& s, placement& p) {
  for (int id = 0; id < s.g.count.nodes; ++id) {
    const node& n = s.g[id];
    if (n.op->kind == kind::input) {
      const leaf& l = s.g.leaves[n.attr];
      p.of[id] = {l.space, l.index, {}};
    } else if (n.op->kind == kind::constant) {
      p.of[id] = {space::constant, p.constants.size(), {}};
      p.constants.push(n.value);
    }
  }
}

/// Whether node id may be written straight to its target: to a result always, over an input of the call only when no
/// later step reads that input, and its own loop reads it element by element. State changes when all steps are done.
constexpr bool writes_in_place(const staged_view& s, const fused_view& f, const list<int>& last, int id,
                               const target& to) {
  if (to.space == space::result) return true;
  if (to.space == space::state || f.steps[f.step_of[id]].op != nullptr) return false;
  for (int in = 0; in < s.g.count.nodes; ++in) {
    if (s.g.kind_of(in) != kind::input) continue;
    const leaf& l = s.g.leaves[s.g[in].attr];
    if (l.space == to.space && l.index == to.index && (last[in] > f.step_of[id] || s.g[in].shape != s.g[id].shape))
      return false;
  }
  return true;
}

/// Outputs with a target of their own; what cannot be written there at once stays in the arena, and is copied at the end.
constexpr void place_targets(const staged_view& s, const fused_view& f, const list<int>& last, placement& p,
                             list<bool>& fixed) {
  for (int i = 0; i < s.g.count.outputs; ++i) {
    const int id = owner(s.g, s.copied, s.g.outputs[i]);
    const target& to = s.g.targets[i];
    if (to.space == space::arena || !writes_in_place(s, f, last, id, to)) continue;
    p.of[id] = {to.space, to.index, {}};
    fixed[id] = true;
  }
}

/// place(s, f, size): offsets such that nothing alive is overwritten. size has an amount per shape.
constexpr placement place(const staged_view& s, const fused_view& f, const amount* size) {
  placement p;
  const int n = s.g.count.nodes;
  p.of.assign(n, {});
  list<bool> fixed;
  fixed.assign(n, false);
  const list<int> last = last_uses(s, f);
  place_leaves(s, p);
  place_targets(s, f, last, p, fixed);
  list<int> dying, dies_next;
  dying.assign(f.step_count + 1, -1);
  dies_next.assign(n, -1);
  arena_allocator fixed_part(n), batch_part(n);
  list<long> offset, block;
  offset.assign(n, 0);
  block.assign(n, 0);
  auto store = [&](int id, int step) {
    const amount a = size[s.g[id].shape];
    if (fixed[id]) return;
    if (a.per_batch > 0) p.of[id].offset = {-1, batch_part.take(id, a.per_batch, offset, block)};
    else p.of[id].offset = {fixed_part.take(id, a.fixed, offset, block), 0};
    const int until = last[id] < step ? step : last[id];
    dies_next[id] = dying[until];
    dying[until] = id;
  };
  for (int at = 0; at < f.step_count; ++at) {
    const plan_step& step = f.steps[at];
    if (step.op != nullptr) store(step.node, at);
    for (int i = 0; i < step.outputs; ++i) store(f.outputs[step.first_output + i], at);
    for (int id = dying[at]; id >= 0; id = dies_next[id])
      (size[s.g[id].shape].per_batch > 0 ? batch_part : fixed_part).release(id, block);
  }
  p.arena = {fixed_part.top(), batch_part.top()};
  return p;
}

} // namespace fluxpp::inline v0_1::graph
