// SPDX-License-Identifier: MIT
#pragma once
// Dead-code elimination: keeps what the outputs need, in order, with extents replaced by what they were proved equal to.
#include "fluxpp/graph/program.hpp"

namespace fluxpp::inline v0_1::graph {

/// A reshape to the same shape is no operation: the node it stands for.
constexpr int looked_through(const tape& t, int id) {
  while (t[id].op->kind == kind::reshape && t[t[id].args[0]].shape == t[id].shape) id = t[id].args[0];
  return id;
}

/// live[i]: node i is needed by an output.
constexpr list<bool> live_nodes(const tape& t) {
  list<bool> live;
  live.assign(t.size(), false);
  for (int o : t.outputs) live[looked_through(t, o)] = true;
  for (int id = t.size() - 1; id >= 0; --id) {
    if (!live[id]) continue;
    for (int a : t[id].args)
      if (a >= 0) live[looked_through(t, a)] = true;
  }
  return live;
}

constexpr dims resolved(const tape& t, dims d) {
  for (int i = 0; i < d.rank; ++i) d[i] = t.extents.resolve(d[i]);
  return d;
}

/// dce(t): the program of t's outputs; linear in the size of the tape.
constexpr tables dce(const tape& t) {
  tables out;
  const list<bool> live = live_nodes(t);
  list<int> renamed;
  renamed.assign(t.size(), -1);
  list<int> shape;
  for (int i = 0; i < t.shapes().size(); ++i) shape.push(out.shapes(resolved(t, t.shapes()[i])));
  for (int id = 0; id < t.size(); ++id) {
    if (!live[id]) continue;
    node n = t[id];
    n.shape = shape[n.shape];
    if (n.op == &input_op)
      out.leaves.push(t.leaf_of(id)), n.attr = out.leaves.size() - 1;
    else
      n.attr = out.attribute_table(t.attribute_table()[n.attr]);
    for (int& a : n.args)
      if (a >= 0) a = renamed[looked_through(t, a)];
    renamed[id] = out.nodes(n);
  }
  for (int o : t.outputs) out.outputs.push(renamed[looked_through(t, o)]);
  out.targets = t.targets;
  while (out.targets.size() < out.outputs.size()) out.targets.push({});
  for (int i = 0; i < t.extents.size(); ++i) out.extents.push(t.extents[i]);
  for (const constraint& c : t.extents.constraints()) out.constraints.push(c);
  out.fault = t.first_fault();
  return out;
}

}  // namespace fluxpp::inline v0_1::graph
