// SPDX-License-Identifier: MIT
#pragma once
// Scheduling: a stage for every node, so that nodes of one stage and iteration space can run as one loop.
#include "fluxpp/graph/program.hpp"

namespace fluxpp::inline v0_1::graph {

constexpr bool in_kernel(kind k) { return k == kind::elementwise || k == kind::reduction; }
constexpr bool is_leaf(kind k) { return k == kind::input || k == kind::constant; }

/// The space a node's loop runs over: its shape, for a reduction its operand's.
constexpr int iteration_shape(const graph_view& g, int id) {
  return g.kind_of(id) == kind::reduction ? g[g[id].args[0]].shape : g[id].shape;
}

/// A value can pass from p to i in a register.
constexpr bool fusable(const graph_view& g, int p, int i) {
  return in_kernel(g.kind_of(i)) && g.kind_of(p) == kind::elementwise && g[p].shape == iteration_shape(g, i);
}

/// The node whose storage a view shows.
constexpr int owner(const graph_view& g, const bool* copied, int id) {
  while (is_view(g.kind_of(id)) && !copied[id]) id = g[id].args[0];
  return id;
}

/// copied[i] for broadcasts that feed a step, a region, a reshape, or an output.
constexpr void find_copies(const graph_view& g, bool* copied) {
  for (int id = 0; id < g.count.nodes; ++id) {
    copied[id] = false;
    const kind k = g.kind_of(id);
    if (k != kind::step && k != kind::region && k != kind::reshape) continue;
    for (const int a : g.operands(id))
      if (a >= 0 && g.kind_of(a) == kind::broadcast) copied[a] = true;
  }
  for (int i = 0; i < g.count.outputs; ++i)
    if (g.kind_of(g.outputs[i]) == kind::broadcast) copied[g.outputs[i]] = true;
}

/// The first stage at which node id can be read from memory.
constexpr int available(const graph_view& g, const int* stage, const bool* copied, int id) {
  id = owner(g, copied, id);
  return is_leaf(g.kind_of(id)) ? 0 : stage[id] + 1;
}

/// Scalar code takes even stages, loops take odd ones: a loop waits for the scalars that its neighbours need, so that
/// they become one loop.
constexpr int in_step(const graph_view& g, int id, int stage) {
  if (!in_kernel(g.kind_of(id))) return stage;
  const int odd = g.shapes[iteration_shape(g, id)].rank == 0 ? 0 : 1;
  return stage + ((stage ^ odd) & 1);
}

/// assign_stages: stage(i) is the largest of its operands': the same for one that is fused, one more for one in memory.
constexpr void assign_stages(const graph_view& g, int* stage, const bool* copied) {
  for (int id = 0; id < g.count.nodes; ++id) {
    stage[id] = 0;
    const kind k = g.kind_of(id);
    if (is_leaf(k) || (is_view(k) && !copied[id])) continue;
    for (const int a : g.operands(id)) {
      if (a < 0) continue;
      const bool together = fusable(g, a, id) || k == kind::result;
      const int s = together ? stage[a] : available(g, stage, copied, a);
      stage[id] = s > stage[id] ? s : stage[id];
    }
    stage[id] = in_step(g, id, stage[id]);
  }
}

/// assign_order: a stage of its own for every node, in the order of the program: no two share a loop.
constexpr void assign_order(const graph_view& g, int* stage) {
  for (int id = 0; id < g.count.nodes; ++id) stage[id] = id;
}

/// How many operands of a node are in registers at its stage.
constexpr int from_registers(const graph_view& g, const int* stage, int id) {
  int n = 0;
  for (int i = 0; i < g[id].op->arity; ++i) {
    const int a = g[id].args[i];
    n += fusable(g, a, id) && stage[a] == stage[id] && (i == 0 || a != g[id].args[0]) ? 1 : 0;
  }
  return n;
}

/// sink: a cheap operation moves to the stage of its first consumer, where it costs a few instructions, instead of
/// costing a pass over memory; unless it would leave more values in memory than it takes with it.
constexpr void sink(const graph_view& g, int* stage, const bool* copied) {
  constexpr int none = 1 << 30;
  list<int> limit;
  limit.assign(g.count.nodes, none);
  for (int i = 0; i < g.count.outputs; ++i) limit[g.outputs[i]] = -1;
  for (int id = g.count.nodes - 1; id >= 0; --id) {
    const kind k = g.kind_of(id);
    if (is_leaf(k) || limit[id] == none) continue;
    if (k == kind::elementwise && g[id].op->cost <= 1 && g.shape_of(id).rank > 0 && limit[id] - 1 > stage[id] &&
        from_registers(g, stage, id) <= 1)
      stage[id] = limit[id] - ((limit[id] & 1) ^ 1);
    const bool view = is_view(k) && !copied[id];
    for (const int a : g.operands(id)) {
      if (a < 0) continue;
      const int l = view ? limit[id] : fusable(g, a, id) ? stage[id] : stage[id] - 1;
      limit[a] = l < limit[a] ? l : limit[a];
    }
  }
}

} // namespace fluxpp::inline v0_1::graph
