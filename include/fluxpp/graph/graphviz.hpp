// SPDX-License-Identifier: MIT
#pragma once
// A program as a drawing: Graphviz's dot language, operations fused into one loop in one box.
#include "fluxpp/graph/print.hpp"

namespace fluxpp::inline v0_1::graph {

/// dot_node(g, id): one node with its edges.
inline std::string dot_node(const graph_view& g, int id) {
  const bool leaf = is_leaf(g.kind_of(id));
  const std::string label = leaf ? operation_of(g, id) : std::string(g[id].op->name);
  std::string text = "  " + std::to_string(id) + " [label=\"" + label + "\\n" + text_of(g, g.shape_of(id)) + "\"" +
                     (leaf ? ", shape=ellipse" : "") + "];\n";
  for (const int a : g.operands(id))
    if (a >= 0) text += "  " + std::to_string(a) + " -> " + std::to_string(id) + ";\n";
  return text;
}

/// dot(g): a program in the dot language; outputs have a double frame.
inline std::string dot(const graph_view& g) {
  std::string text = "digraph program {\n  node [shape=box];\n";
  for (int id = 0; id < g.count.nodes; ++id) text += dot_node(g, id);
  for (int i = 0; i < g.count.outputs; ++i) text += "  " + std::to_string(g.outputs[i]) + " [peripheries=2];\n";
  return text + "}\n";
}

/// dot(g, f): the same with a box around every step.
inline std::string dot(const graph_view& g, const fused_view& f) {
  std::string text = dot(g);
  text.resize(text.size() - 2);
  for (int at = 0; at < f.step_count; ++at) {
    const plan_step& step = f.steps[at];
    text += "  subgraph cluster_" + std::to_string(at) + " { label=\"step " + std::to_string(at) + "\";";
    for (int m = 0; m < step.members; ++m) text += " " + std::to_string(f.members[step.first_member + m]) + ";";
    text += " }\n";
  }
  return text + "}\n";
}

} // namespace fluxpp::inline v0_1::graph
