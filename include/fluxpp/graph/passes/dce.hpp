// SPDX-License-Identifier: MIT
#pragma once
// Dead-code elimination: keeps what the outputs need, in order, with extents replaced by what they were proved equal to.
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
      ++id;
    }
  }
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
};

/// live[i]: node i is needed by an output.
constexpr list<bool> live_nodes(const tape& t, const operands& operand) {
  list<bool> live(t.size());
  for (int o : t.outputs) live[operand.standing_for(o)] = true;
  for (int id = t.size() - 1; id >= 0; --id) {
    if (!live[id]) continue;
    const node& n = t[id];
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) live[operand(n, n.args[i])] = true;
  }
  return live;
}

/// dce(t): the program of t's outputs; linear in the size of the tape.
constexpr tables dce(const tape& t) {
  tables out;
  const merged_shapes shapes(t);
  const operands operand(t, shapes);
  const list<bool> live = live_nodes(t, operand);
  list<int> renamed(t.size()), shape_number(t.shapes().size()); // 1 + the number of a shape in the program
  out.attribute_table({});
  for (int id = 0, size = t.size(); id < size; ++id) {
    if (!live[id]) continue;
    node n = t[id];
    int& shape = shape_number[n.shape];
    if (shape == 0) shape = 1 + out.shapes(shapes[n.shape]);
    n.shape = shape - 1;
    if (n.op == &input_op) out.leaves.push(t.leaf_of(id)), n.attr = out.leaves.size() - 1;
    else if (n.attr != 0) n.attr = out.attribute_table(t.attribute_table()[n.attr]);
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) n.args[i] = renamed[operand(n, n.args[i])];
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

} // namespace fluxpp::inline v0_1::graph
