// SPDX-License-Identifier: MIT
#pragma once
// Dead-code elimination: keeps what the outputs need, in order, with extents replaced by what they were proved equal to.
#include "fluxpp/graph/program.hpp"

namespace fluxpp::inline v0_1::graph {

/// The shapes of a tape with extents replaced by what stands for them; shapes that became equal have one number.
class merged_shapes {
 public:
  constexpr explicit merged_shapes(const tape& t) {
    for (int i = 0; i < t.shapes().size(); ++i) {
      dims d = t.shapes()[i];
      for (int a = 0; a < d.rank; ++a) d[a] = t.extents.resolve(d[a]);
      number_.push(shapes_(d));
    }
  }
  constexpr int number(int shape) const { return number_[shape]; }
  constexpr const dims& operator[](int shape) const { return shapes_[number_[shape]]; }

 private:
  interner<dims> shapes_;
  list<int> number_;
};

/// operands: which nodes the operands of a program's nodes really are.
struct operands {
  const tape& t;
  const merged_shapes& shapes;

  /// A view with the shape of what it shows is no operation: the node it stands for.
  constexpr int standing_for(int id) const {
    while (is_view(t[id].op->kind) && shapes.number(t[t[id].args[0]].shape) == shapes.number(t[id].shape))
      id = t[id].args[0];
    return id;
  }
  /// An operand of node id: a broadcast shows what a broadcast below it shows.
  constexpr int operator()(int id, int a) const {
    a = standing_for(a);
    while (t[id].op->kind == kind::broadcast && t[a].op->kind == kind::broadcast) a = standing_for(t[a].args[0]);
    return a;
  }
};

/// live[i]: node i is needed by an output.
constexpr list<bool> live_nodes(const tape& t, const operands& operand) {
  list<bool> live;
  live.assign(t.size(), false);
  for (int o : t.outputs) live[operand.standing_for(o)] = true;
  for (int id = t.size() - 1; id >= 0; --id) {
    if (!live[id]) continue;
    for (int a : t[id].args)
      if (a >= 0) live[operand(id, a)] = true;
  }
  return live;
}

/// dce(t): the program of t's outputs; linear in the size of the tape.
constexpr tables dce(const tape& t) {
  tables out;
  const merged_shapes shapes(t);
  const operands operand{t, shapes};
  const list<bool> live = live_nodes(t, operand);
  list<int> renamed;
  renamed.assign(t.size(), -1);
  for (int id = 0; id < t.size(); ++id) {
    if (!live[id]) continue;
    node n = t[id];
    n.shape = out.shapes(shapes[n.shape]);
    if (n.op == &input_op)
      out.leaves.push(t.leaf_of(id)), n.attr = out.leaves.size() - 1;
    else
      n.attr = out.attribute_table(t.attribute_table()[n.attr]);
    for (int& a : n.args)
      if (a >= 0) a = renamed[operand(id, a)];
    renamed[id] = out.nodes(n);
  }
  for (int o : t.outputs) out.outputs.push(renamed[operand.standing_for(o)]);
  out.targets = t.targets;
  while (out.targets.size() < out.outputs.size()) out.targets.push({});
  for (int i = 0; i < t.extents.size(); ++i) out.extents.push(t.extents[i]);
  for (const constraint& c : t.extents.constraints()) out.constraints.push(c);
  out.fault = t.first_fault();
  return out;
}

}  // namespace fluxpp::inline v0_1::graph
