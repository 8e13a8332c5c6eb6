// SPDX-License-Identifier: MIT
#pragma once
// Fusion: nodes of one stage and iteration space become one loop; the loop's operands, results and axes.
#include "fluxpp/graph/passes/schedule.hpp"

namespace fluxpp::inline v0_1::graph {

/// Caps of one fused loop: what a compiler takes at once (clang expands folds of at most 256). Nothing else is won by a
/// cut: all that crosses one is stored and loaded again, where a compiler does so with what has no register alone.
inline constexpr int most_operations = 240;
inline constexpr int most_inputs = 60;

/// input_ref: an operand in memory: the node that owns the storage, and the node whose shape the view has.
struct input_ref {
  int owner = -1;
  int source = -1;
  constexpr bool operator==(const input_ref&) const = default;
};

/// plan_step: one thing the evaluator does: a fused loop (op == nullptr) or an operation with a kernel of its own.
struct plan_step {
  const op_info* op = nullptr;
  int node = -1; ///< first member
  int shape = 0; ///< iteration space of a loop
  int stage = 0;
  int first_member = 0, members = 0;
  int first_input = 0, inputs = 0;
  int first_output = 0, outputs = 0;
  unsigned starts = 0; ///< bit i: a run of axes that behave alike begins at axis i
};

/// fused_view: the steps in order, and which one computes each node, as later passes and evaluators read them.
struct fused_view {
  int step_count = 0;
  const plan_step* steps = nullptr;
  const int* step_of = nullptr; ///< per node; -1 for leaves and views
  const int* members = nullptr;
  const input_ref* inputs = nullptr;
  const int* outputs = nullptr; ///< nodes stored by loops, and the results of regions
};

/// fused: the same on the heap.
struct fused {
  list<plan_step> steps;
  list<int> step_of;
  list<int> members;
  list<input_ref> inputs;
  list<int> outputs;

  constexpr operator fused_view() const {
    return {steps.size(), steps.begin(), step_of.begin(), members.begin(), inputs.begin(), outputs.begin()};
  }
};

/// grouping: the step of every node, how many steps and members there are, and at most how many operands in memory.
struct grouping {
  list<int> step_of;
  int steps = 0, members = 0, operands = 0;
};

/// The facts fusion needs about one program.
struct staged_view {
  graph_view g;
  const int* stage;
  const bool* copied;
  bool checked = false; ///< values are looked at as they are computed; inputs of the call change when all have passed
  constexpr bool looped(int id) const { return in_kernel(g.kind_of(id)) || copied[id]; }
  constexpr bool computed(int id) const { return !is_leaf(g.kind_of(id)) && (!is_view(g.kind_of(id)) || copied[id]); }
  constexpr int space_of(int id) const { return copied[id] ? g[id].shape : iteration_shape(g, id); }
};

/// The computed nodes by stage, in order within one (a counting sort).
constexpr list<int> by_stage(const staged_view& s) {
  int last = 0;
  for (int id = 0; id < s.g.count.nodes; ++id) last = s.stage[id] > last ? s.stage[id] : last;
  list<int> start, order;
  start.assign(last + 2, 0);
  for (int id = 0; id < s.g.count.nodes; ++id)
    if (s.computed(id)) ++start[s.stage[id] + 1];
  for (int i = 0; i <= last; ++i) start[i + 1] += start[i];
  order.assign(start[last + 1], 0);
  for (int id = 0; id < s.g.count.nodes; ++id)
    if (s.computed(id)) order[start[s.stage[id]]++] = id;
  return order;
}

/// The node whose shape the operand of a loop has in memory.
constexpr int memory_source(const staged_view& s, int a) {
  return s.g.kind_of(a) == kind::broadcast && !s.copied[a] ? s.g[a].args[0] : a;
}

/// group(s): every computed node in a step: one loop per stage and iteration space, up to the caps.
constexpr grouping group(const staged_view& s) {
  struct open_step {
    int number = -1, stage = -1, members = 0, inputs = 0;
  };
  const list<int> order = by_stage(s);
  grouping out;
  out.step_of.assign(s.g.count.nodes, -1);
  out.members = order.size();
  list<int> taken_by; // per node: the last step that has it as an operand in memory
  taken_by.assign(s.g.count.nodes, -1);
  list<open_step> open; // per shape
  open.assign(s.g.count.shapes, {});
  for (int id : order) {
    open_step own;
    if (s.g.kind_of(id) == kind::result) {
      out.step_of[id] = out.step_of[s.g[id].args[0]];
      continue;
    }
    open_step& step = s.looped(id) ? open[s.space_of(id)] : own;
    if (step.stage != s.stage[id] || step.members >= most_operations || step.inputs >= most_inputs)
      step = {out.steps++, s.stage[id], 0, 0};
    out.step_of[id] = step.number;
    ++step.members;
    for (const int a : s.g.operands(id)) {
      if (a < 0 || out.step_of[a] == step.number) continue;
      int& last = taken_by[memory_source(s, a)];
      if (last != step.number) ++step.inputs, ++out.operands;
      last = step.number;
    }
  }
  return out;
}

/// The members of every step, in order.
constexpr void fill_steps(const staged_view& s, const grouping& groups, fused& f) {
  f.steps.assign(groups.steps, {});
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    plan_step& step = f.steps[f.step_of[id]];
    if (step.members++ > 0) continue;
    const bool loop = s.looped(id);
    step.op = loop ? nullptr : s.g[id].op;
    step.node = id, step.shape = s.space_of(id), step.stage = s.stage[id];
  }
  int first = 0;
  for (plan_step& step : f.steps) {
    step.first_member = first;
    first += step.members, step.members = 0;
  }
  f.members.assign(groups.members, 0);
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    plan_step& step = f.steps[f.step_of[id]];
    f.members[step.first_member + step.members++] = id;
  }
}

/// Whether a member's result is needed outside the loop's registers.
constexpr list<bool> stored_nodes(const staged_view& s, const list<int>& step_of) {
  list<bool> stored;
  stored.assign(s.g.count.nodes, false);
  for (int i = 0; i < s.g.count.outputs; ++i) stored[owner(s.g, s.copied, s.g.outputs[i])] = true;
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (step_of[id] < 0) continue;
    if (s.g.kind_of(id) != kind::elementwise) stored[id] = true;
    for (const int a : s.g.operands(id))
      if (a >= 0 && step_of[a] != step_of[id]) stored[owner(s.g, s.copied, a)] = true;
  }
  return stored;
}

/// The operands and results that every loop has in memory.
constexpr void collect_operands(const staged_view& s, fused& f) {
  const list<bool> stored = stored_nodes(s, f.step_of);
  list<int> taken_by; // per node: the last loop that has it as an operand
  taken_by.assign(s.g.count.nodes, -1);
  for (int at = 0; at < f.steps.size(); ++at) {
    plan_step& step = f.steps[at];
    step.first_input = f.inputs.size(), step.first_output = f.outputs.size();
    if (step.op != nullptr) { // its results, if they are nodes of their own
      for (int m = 1; m < step.members; ++m) f.outputs.push(f.members[step.first_member + m]);
      step.outputs = step.members - 1;
      continue;
    }
    for (int m = 0; m < step.members; ++m) {
      const int id = f.members[step.first_member + m];
      for (int i = 0; i < s.g[id].op->arity; ++i) {
        const int a = s.g[id].args[i];
        if (a < 0 || f.step_of[a] == at) continue;
        const int source = memory_source(s, a);
        if (taken_by[source] == at) continue;
        taken_by[source] = at;
        f.inputs.push({owner(s.g, s.copied, source), source});
      }
      if (stored[id]) f.outputs.push(id);
    }
    step.inputs = f.inputs.size() - step.first_input, step.outputs = f.outputs.size() - step.first_output;
  }
}

/// Whether an operand of this shape is repeated along an axis of the iteration space.
constexpr bool repeated(const dims& operand, const dims& space, int axis) {
  const int lead = space.rank - operand.rank;
  return axis < lead || (operand[axis - lead] == 1 && space[axis] != 1);
}

/// Joins neighbouring axes along which every operand and every result behaves alike.
constexpr void join_axes(const staged_view& s, const fused& f, plan_step& step) {
  const dims& space = s.g.shapes[step.shape];
  auto same = [&](int axis, int before) {
    for (int i = 0; i < step.inputs; ++i) {
      const dims& d = s.g.shape_of(f.inputs[step.first_input + i].source);
      if (repeated(d, space, axis) != repeated(d, space, before)) return false;
    }
    for (int i = 0; i < step.outputs; ++i) {
      const int id = f.outputs[step.first_output + i];
      if (s.g.kind_of(id) != kind::reduction) continue;
      const int mask = s.g.attributes_of(id).value[0];
      if ((mask >> axis & 1) != (mask >> before & 1)) return false;
    }
    return true;
  };
  int before = -1;
  for (int axis = 0; axis < space.rank; ++axis) {
    if (space[axis] == 1) continue;
    if (before < 0 || !same(axis, before)) step.starts |= 1u << axis;
    before = axis;
  }
}

/// fuse(s): the steps of a scheduled program, whose nodes may have been grouped before.
constexpr fused fuse(const staged_view& s, const grouping& groups) {
  fused f;
  f.step_of = groups.step_of;
  fill_steps(s, groups, f);
  collect_operands(s, f);
  for (plan_step& step : f.steps)
    if (step.op == nullptr) join_axes(s, f, step);
  return f;
}
constexpr fused fuse(const staged_view& s) { return fuse(s, group(s)); }

} // namespace fluxpp::inline v0_1::graph
