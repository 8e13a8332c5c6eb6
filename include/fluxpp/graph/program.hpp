// SPDX-License-Identifier: MIT
#pragma once
// A finished program: flat arrays of nodes and tables, as a view for passes and as a compile-time value.
#include "fluxpp/graph/tape.hpp"

namespace fluxpp::inline v0_1::graph {

/// A view has no storage: it shows the elements of its operand.
constexpr bool is_view(kind k) { return k == kind::broadcast || k == kind::reshape; }

/// sizes: how many entries each table of a program has.
struct sizes {
  int nodes = 0, shapes = 0, attributes = 0, leaves = 0, outputs = 0, extents = 0, constraints = 0;
};

/// graph_view: what passes read. Nodes are in topological order.
struct graph_view {
  sizes count;
  const node* nodes = nullptr;
  const dims* shapes = nullptr;
  const attributes* attribute_table = nullptr;
  const leaf* leaves = nullptr;
  const int* outputs = nullptr;
  const target* targets = nullptr;
  const extent_entry* extents = nullptr;
  const constraint* constraints = nullptr;

  constexpr const node& operator[](int id) const { return nodes[id]; }
  constexpr const dims& shape_of(int id) const { return shapes[nodes[id].shape]; }
  constexpr const attributes& attributes_of(int id) const { return attribute_table[nodes[id].attr]; }
  constexpr graph::kind kind_of(int id) const { return nodes[id].op->kind; }
};

/// tables: a program on the heap, as the last pass over a tape leaves it.
struct tables {
  interner<node> nodes;
  interner<dims> shapes;
  interner<attributes> attribute_table;
  list<leaf> leaves;
  list<int> outputs;
  list<target> targets;
  list<extent_entry> extents;
  list<constraint> constraints;
  struct fault fault;

  constexpr sizes count() const {
    return {nodes.size(),   shapes.size(),  attribute_table.size(), leaves.size(),
            outputs.size(), extents.size(), constraints.size()};
  }
  constexpr graph_view view() const {
    return {count(),         nodes.data(),    shapes.data(),   attribute_table.data(), leaves.begin(),
            outputs.begin(), targets.begin(), extents.begin(), constraints.begin()};
  }
};

/// constant_graph<sizes>: a program as a constant; its address can be a template argument.
template <sizes N> struct constant_graph {
  node nodes[N.nodes + 1];
  dims shapes[N.shapes + 1];
  attributes attribute_table[N.attributes + 1];
  leaf leaves[N.leaves + 1];
  int outputs[N.outputs + 1];
  target targets[N.outputs + 1];
  extent_entry extents[N.extents + 1];
  constraint constraints[N.constraints + 1];
  struct fault fault;
};

/// A node of a finished program needs no rules; without them, no program has to carry the code of rules.
constexpr node finished(node n) {
  if (n.op->facts != nullptr) n.op = n.op->facts;
  return n;
}

template <sizes N> constexpr constant_graph<N> freeze(const tables& t) {
  constant_graph<N> g{};
  for (int i = 0; i < N.nodes; ++i) g.nodes[i] = finished(t.nodes[i]);
  for (int i = 0; i < N.shapes; ++i) g.shapes[i] = t.shapes[i];
  for (int i = 0; i < N.attributes; ++i) g.attribute_table[i] = t.attribute_table[i];
  for (int i = 0; i < N.leaves; ++i) g.leaves[i] = t.leaves[i];
  for (int i = 0; i < N.outputs; ++i) g.outputs[i] = t.outputs[i], g.targets[i] = t.targets[i];
  for (int i = 0; i < N.extents; ++i) g.extents[i] = t.extents[i];
  for (int i = 0; i < N.constraints; ++i) g.constraints[i] = t.constraints[i];
  g.fault = t.fault;
  return g;
}
template <sizes N> constexpr graph_view view_of(const constant_graph<N>& g) {
  return {N, g.nodes, g.shapes, g.attribute_table, g.leaves, g.outputs, g.targets, g.extents, g.constraints};
}

} // namespace fluxpp::inline v0_1::graph
