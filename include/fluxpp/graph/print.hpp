// SPDX-License-Identifier: MIT
#pragma once
// Programs and plans as text, for people, tests and differences between versions.
#include "fluxpp/graph/passes/place.hpp"

#include <cstdio>
#include <string>

namespace fluxpp::inline v0_1::graph {

/// text_of(value): a number as a person writes it.
inline std::string text_of(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.15g", value);
  return buffer;
}

/// text_of(g, extent): a number, n and the key of a symbol, or a formula over them.
inline std::string text_of(const graph_view& g, int extent) {
  if (extent >= 0) return std::to_string(extent);
  const extent_entry& e = g.extents[-1 - extent];
  if (e.kind == extent_kind::symbol) return "n" + std::to_string(static_cast<unsigned>(e.a));
  const char* const sign = e.kind == extent_kind::product      ? " * "
                           : e.kind == extent_kind::sum        ? " + "
                           : e.kind == extent_kind::difference ? " - "
                                                               : " / ";
  const bool shift = e.kind == extent_kind::sum && is_shift(e.a);
  return "(" + (shift ? std::to_string(e.a - shift_bias) : text_of(g, e.a)) + sign + text_of(g, e.b) + ")";
}

/// text_of(g, shape): [n7, 3].
inline std::string text_of(const graph_view& g, const dims& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.rank; ++i) text.append(i == 0 ? "" : ", ").append(text_of(g, shape[i]));
  return text + "]";
}

/// text_of(space): where an operand lives, in a word.
inline const char* text_of(space s) {
  switch (s) {
  case space::argument: return "argument";
  case space::parameter: return "parameter";
  case space::state: return "state";
  case space::number: return "number";
  case space::constant: return "constant";
  case space::operand: return "operand";
  case space::output: return "output";
  case space::result: return "result";
  case space::extent: return "extent";
  default: return "arena";
  }
}

/// operation_of(g, id): the operation of a node with its attributes and operands, mul(%1, %2).
inline std::string operation_of(const graph_view& g, int id) {
  const node& n = g[id];
  if (n.op->kind == kind::constant) return text_of(n.value);
  if (n.op->kind == kind::input) {
    const leaf& l = g.leaves[n.attr];
    const std::string which = l.space == space::extent ? text_of(g, l.index) : std::to_string(l.index);
    return std::string(l.integer ? "integer " : "") + text_of(l.space) + " " + which;
  }
  std::string text = n.op->name;
  const attributes& a = g.attributes_of(id);
  for (int i = 0; i < a.size; ++i) text.append(i == 0 ? "<" : ", ").append(std::to_string(a.value[i]));
  text.append(a.size > 0 ? ">(" : "(");
  const char* between = "%";
  for (const int operand : g.operands(id))
    if (operand >= 0) text.append(std::exchange(between, ", %")).append(std::to_string(operand));
  if (n.op->kind == kind::region) text.append(") runs block ").append(std::to_string(n.args[2]));
  else text.append(")");
  return text;
}

/// sign_of(r): what stands between the two sides of a check.
inline const char* sign_of(relation r) {
  return r == relation::equal ? " = " : r == relation::at_least ? " >= " : " multiple of ";
}

/// text_of_nodes(g): a block, one line per node, then its outputs.
inline std::string text_of_nodes(const graph_view& g) {
  std::string text;
  for (int id = 0; id < g.count.nodes; ++id)
    text += "%" + std::to_string(id) + " = " + operation_of(g, id) + " : " + text_of(g, g.shape_of(id)) + "\n";
  text += "outputs";
  for (int i = 0; i < g.count.outputs; ++i) text += " %" + std::to_string(g.outputs[i]);
  return text;
}

/// str(g): a program without its regions, and what is checked at every call.
inline std::string str(const graph_view& g) {
  std::string text = text_of_nodes(g);
  for (int i = 0; i < g.count.constraints; ++i) {
    const constraint& c = g.constraints[i];
    text += std::string("\ncheck ") + c.rule + ": " + text_of(g, c.a) + sign_of(c.relation) + text_of(g, c.b);
  }
  return text + "\n";
}

/// text_of_block(g, at): one that regions run, under its number.
inline std::string text_of_block(const graph_view& g, int at) {
  return "block " + std::to_string(at) + "\n" + text_of_nodes(g) + "\n";
}

/// str(program): a program, then the blocks that its regions run.
inline std::string str(const tables& t) {
  std::string text = str(t.view());
  for (int i = 1; i < t.blocks.size(); ++i) text += text_of_block(t.view(i), i);
  return text;
}
template <sizes N> std::string str(const constant_graph<N>& g) {
  std::string text = str(view_of(g));
  for (int i = 1; i < N.blocks; ++i) text += text_of_block(view_of(g, i), i);
  return text;
}

/// text_of(g, where): a place: arena 16, arena 32 n (n is the one symbol of the program), argument 0.
inline std::string text_of(const graph_view& g, const location& where) {
  if (where.space == space::extent) return "extent " + text_of(g, where.index);
  if (where.space != space::arena) return std::string(text_of(where.space)) + " " + std::to_string(where.index);
  const bool per_batch = where.offset.fixed < 0;
  return "arena " + std::to_string(per_batch ? where.offset.per_batch : where.offset.fixed) + (per_batch ? " n" : "");
}

/// str(s, f, p): a plan, one paragraph per step: what it computes, reads and writes.
inline std::string str(const staged_view& s, const fused_view& f, const placement& p) {
  std::string text = std::to_string(f.step_count) + " steps, arena of " + std::to_string(p.arena.fixed) + " + " +
                     std::to_string(p.arena.per_batch) + " n elements\n";
  auto places = [&](int id) {
    return "%" + std::to_string(id) + " in " + text_of(s.g, p.of[owner(s.g, s.copied, id)]);
  };
  for (int at = 0; at < f.step_count; ++at) {
    const plan_step& step = f.steps[at];
    const bool loop = step.op == nullptr;
    text += "step " + std::to_string(at) + ", stage " + std::to_string(step.stage) + ", " +
            (loop ? "loop over " + text_of(s.g, s.g.shapes[step.shape]) : std::string(step.op->name)) + "\n";
    for (int m = 0; m < step.members; ++m) {
      const int id = f.members[step.first_member + m];
      text +=
          "  %" + std::to_string(id) + " = " + operation_of(s.g, id) + " : " + text_of(s.g, s.g.shape_of(id)) + "\n";
    }
    for (int i = 0; i < step.inputs; ++i) text += "  reads " + places(f.inputs[step.first_input + i].source) + "\n";
    if (!loop)
      for (const int a : s.g.operands(step.node))
        if (a >= 0) text += "  reads " + places(a) + "\n";
    for (int i = 0; i < step.outputs; ++i) text += "  writes " + places(f.outputs[step.first_output + i]) + "\n";
    if (!loop && step.op->kind != kind::region) text += "  writes " + places(step.node) + "\n";
  }
  return text;
}

} // namespace fluxpp::inline v0_1::graph
