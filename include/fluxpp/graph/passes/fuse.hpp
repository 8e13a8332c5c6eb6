// SPDX-License-Identifier: MIT
#pragma once
// Fusion: nodes of one stage and iteration space become one loop; the loop's operands, results and axes.
#include "fluxpp/graph/passes/schedule.hpp"

namespace fluxpp::inline v0_1::graph {

/// Caps of one fused loop.
inline constexpr int most_operations = 64;
inline constexpr int most_inputs = 28;

/// input_ref: an operand in memory: the node that owns the storage, and the node whose shape the view has.
struct input_ref {
  int owner = -1;
  int source = -1;
  constexpr bool operator==(const input_ref&) const = default;
};

/// plan_step: one thing the evaluator does: a fused loop (op == nullptr) or an operation with a kernel of its own.
struct plan_step {
  const op_info* op = nullptr;
  int node = -1;      ///< first member
  int shape = 0;      ///< iteration space of a loop
  int stage = 0;
  int first_member = 0, members = 0;
  int first_input = 0, inputs = 0;
  int first_output = 0, outputs = 0;
  unsigned starts = 0;  ///< bit i: a run of axes that behave alike begins at axis i
  int first_code = 0, codes = 0;
  int kernel = -1;
};

/// fused: the steps in order, and which one computes each node.
struct fused {
  list<plan_step> steps;
  list<int> step_of;
  list<int> members;
  list<input_ref> inputs;
  list<int> outputs;  ///< nodes stored by loops
};

/// The facts fusion needs about one program.
struct staged_view {
  graph_view g;
  const int* stage;
  const bool* copied;
  constexpr bool computed(int id) const {
    const kind k = g.kind_of(id);
    return in_kernel(k) || k == kind::step || copied[id];
  }
  constexpr bool looped(int id) const { return in_kernel(g.kind_of(id)) || copied[id]; }
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

/// Gives every computed node a step: one loop per stage and iteration space, up to the caps.
constexpr void form_steps(const staged_view& s, const list<int>& order, fused& f) {
  list<int> open;
  open.assign(s.g.count.shapes, -1);
  f.step_of.assign(s.g.count.nodes, -1);
  for (int id : order) {
    const bool loop = s.looped(id);
    const int shape = s.space_of(id);
    int at = loop ? open[shape] : -1;
    if (at < 0 || f.steps[at].stage != s.stage[id] || f.steps[at].members >= most_operations ||
        f.steps[at].inputs >= most_inputs) {
      at = f.steps.size();
      plan_step step;
      step.op = loop ? nullptr : s.g[id].op;
      step.node = id, step.shape = shape, step.stage = s.stage[id];
      f.steps.push(step);
      if (loop) open[shape] = at;
    }
    ++f.steps[at].members;
    for (int a : s.g[id].args) f.steps[at].inputs += a >= 0 && f.step_of[a] != at ? 1 : 0;  // an upper bound, for the cap
    f.step_of[id] = at;
  }
  int first = 0;
  for (plan_step& step : f.steps) {
    step.first_member = first, step.inputs = 0;
    first += step.members, step.members = 0;
  }
  f.members.assign(first, 0);
  for (int id = 0; id < s.g.count.nodes; ++id)
    if (f.step_of[id] >= 0) {
      plan_step& step = f.steps[f.step_of[id]];
      f.members[step.first_member + step.members++] = id;
    }
}

/// The operand of a loop that lies in memory.
constexpr input_ref memory_operand(const staged_view& s, int a) {
  const int source = s.g.kind_of(a) == kind::broadcast && !s.copied[a] ? s.g[a].args[0] : a;
  return {owner(s.g, s.copied, source), source};
}

/// Whether a member's result is needed outside the loop's registers.
constexpr list<bool> stored_nodes(const staged_view& s, const fused& f) {
  list<bool> stored;
  stored.assign(s.g.count.nodes, false);
  for (int i = 0; i < s.g.count.outputs; ++i) stored[owner(s.g, s.copied, s.g.outputs[i])] = true;
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    if (s.g.kind_of(id) != kind::elementwise) stored[id] = true;
    for (int a : s.g[id].args)
      if (a >= 0 && f.step_of[a] != f.step_of[id]) stored[owner(s.g, s.copied, a)] = true;
  }
  return stored;
}

constexpr void collect_operands(const staged_view& s, fused& f) {
  const list<bool> stored = stored_nodes(s, f);
  for (int at = 0; at < f.steps.size(); ++at) {
    plan_step& step = f.steps[at];
    if (step.op != nullptr) continue;
    step.first_input = f.inputs.size(), step.first_output = f.outputs.size();
    for (int m = 0; m < step.members; ++m) {
      const int id = f.members[step.first_member + m];
      for (int a : s.g[id].args) {
        if (a < 0 || f.step_of[a] == at) continue;
        const input_ref ref = memory_operand(s, a);
        bool seen = false;
        for (int i = step.first_input; i < f.inputs.size() && !seen; ++i) seen = f.inputs[i] == ref;
        if (!seen) f.inputs.push(ref);
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
constexpr void join_axes(const staged_view& s, fused& f, plan_step& step) {
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

/// fuse(s): the steps of a scheduled program.
constexpr fused fuse(const staged_view& s) {
  fused f;
  form_steps(s, by_stage(s), f);
  collect_operands(s, f);
  for (plan_step& step : f.steps)
    if (step.op == nullptr) join_axes(s, f, step);
  return f;
}

}  // namespace fluxpp::inline v0_1::graph
