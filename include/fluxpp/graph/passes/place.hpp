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
    for (const int a : s.g.operands(id))
      if (a >= 0) {
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

/// The nodes that are inputs of the call.
constexpr list<int> input_nodes(const graph_view& g) {
  list<int> inputs;
  for (int id = 0; id < g.count.nodes; ++id)
    if (g.kind_of(id) == kind::input) inputs.push(id);
  return inputs;
}

/// Whether node id may be written straight to its target: to a result always, over an input of the call only when no step
/// reads that input, or none later, and its own loop element by element. State changes when all steps are done, and
/// so do all inputs of a checked program.
constexpr bool writes_in_place(const staged_view& s, const fused_view& f, const list<int>& last,
                               const list<int>& inputs, int id, const target& to) {
  if (to.space == space::result || to.space == space::output) return true;
  if (s.checked || to.space == space::state) return false;
  const bool loop = f.steps[f.step_of[id]].op == nullptr;
  for (int in : inputs) {
    const leaf& l = s.g.leaves[s.g[in].attr];
    if (l.space == to.space && l.index == to.index &&
        (!loop || last[in] > f.step_of[id] || s.g[in].shape != s.g[id].shape))
      return false;
  }
  return true;
}

/// Outputs with a target of their own; what cannot be written there at once stays in the arena, and is copied at the end.
constexpr void place_targets(const staged_view& s, const fused_view& f, const list<int>& last, placement& p,
                             list<bool>& fixed) {
  const list<int> inputs = input_nodes(s.g);
  for (int i = 0; i < s.g.count.outputs; ++i) {
    const int id = owner(s.g, s.copied, s.g.outputs[i]);
    const target& to = s.g.targets[i];
    if (to.space == space::arena || !writes_in_place(s, f, last, inputs, id, to)) continue;
    p.of[id] = {to.space, to.index, {}};
    fixed[id] = true;
  }
}

/// placer: gives the results of one step after the other a place in the arena, and takes back what no later step reads.
class placer {
public:
  constexpr placer(const staged_view& s, const fused_view& f, const amount* size, placement& p)
      : s_(s), f_(f), size_(size), p_(p), last_(last_uses(s, f)), fixed_part_(s.g.count.nodes),
        batch_part_(s.g.count.nodes), fixed_(s.g.count.nodes), passed_on_(s.g.count.nodes), offset_(s.g.count.nodes),
        block_(s.g.count.nodes) {
    place_targets(s, f, last_, p, fixed_);
    dying_.assign(f.step_count + 1, -1);
    dies_next_.assign(s.g.count.nodes, -1);
    reader_.assign(s.g.count.nodes, -1);
    twice_.assign(s.g.count.nodes, -1);
  }
  constexpr void operator()(int at) {
    const plan_step& step = f_.steps[at];
    find_free_operands(step, at);
    if (step.op != nullptr && step.op->kind != kind::region) store(step.node, at);
    for (int i = 0; i < step.outputs; ++i) store(f_.outputs[step.first_output + i], at);
    for (int id = dying_[at]; id >= 0; id = dies_next_[id])
      if (!passed_on_[id]) part_of(id).release(id, block_);
  }
  constexpr amount top() const { return {fixed_part_.top(), batch_part_.top()}; }

private:
  constexpr const amount& size(int id) const { return size_[s_.g[id].shape]; }
  constexpr arena_allocator& part_of(int id) { return size(id).per_batch > 0 ? batch_part_ : fixed_part_; }

  /// The operands whose place a result of the loop may take: read once, element by element, and never again.
  constexpr void find_free_operands(const plan_step& step, int at) {
    free_.shrink(0);
    for (int i = step.first_input; i < step.first_input + step.inputs; ++i) {
      const int id = f_.inputs[i].owner;
      (reader_[id] == at ? twice_ : reader_)[id] = at;
    }
    for (int i = step.first_input; i < step.first_input + step.inputs; ++i) {
      const auto [id, source] = f_.inputs[i];
      const amount &own = size(id), &whole = size_[step.shape];
      if (last_[id] == at && twice_[id] != at && s_.g[source].shape == step.shape && own.fixed == whole.fixed &&
          own.per_batch == whole.per_batch && p_.of[id].space == space::arena)
        free_.push(id);
    }
  }
  constexpr void store(int id, int at) {
    if (fixed_[id]) return;
    if (!free_.empty() && s_.g[id].shape == f_.steps[at].shape && s_.g.kind_of(id) != kind::reduction) {
      const int from = free_.pop();
      passed_on_[from] = true;
      offset_[id] = offset_[from], block_[id] = block_[from];
      p_.of[id].offset = p_.of[from].offset;
    } else if (const amount& n = size(id); n.per_batch > 0) {
      p_.of[id].offset = {-1, batch_part_.take(id, n.per_batch, offset_, block_)};
    } else {
      p_.of[id].offset = {fixed_part_.take(id, n.fixed, offset_, block_), 0};
    }
    const int until = last_[id] < at ? at : last_[id];
    dies_next_[id] = dying_[until];
    dying_[until] = id;
  }

  const staged_view& s_;
  const fused_view& f_;
  const amount* size_;
  placement& p_;
  list<int> last_;
  arena_allocator fixed_part_, batch_part_;
  list<bool> fixed_, passed_on_;
  list<long> offset_, block_;
  list<int> dying_, dies_next_;     ///< per step: the values it reads last, as chains
  list<int> reader_, twice_, free_; ///< per node: the last loop that reads it, that reads it in two ways
};

/// place(s, f, size): offsets such that nothing alive is overwritten. size has an amount per shape.
constexpr placement place(const staged_view& s, const fused_view& f, const amount* size) {
  placement p;
  p.of = list<location>(s.g.count.nodes);
  place_leaves(s, p);
  placer place_step(s, f, size, p);
  for (int at = 0; at < f.step_count; ++at) place_step(at);
  p.arena = place_step.top();
  return p;
}

} // namespace fluxpp::inline v0_1::graph
