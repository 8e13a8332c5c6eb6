// SPDX-License-Identifier: MIT
#pragma once
// A finished program: flat arrays of nodes and tables, as a view for passes and as a compile-time value. It has a block of
// nodes of its own and one for every region.
#include "fluxpp/graph/regions.hpp"

namespace fluxpp::inline v0_1::graph {

/// sizes: how many entries each table of a program has.
struct sizes {
  int nodes = 0, leaves = 0, operands = 0, outputs = 0; ///< of a block, or of all
  int shapes = 0, attributes = 0, extents = 0, constraints = 0, blocks = 0;

  constexpr void add(const sizes& block) {
    nodes += block.nodes, leaves += block.leaves, operands += block.operands, outputs += block.outputs;
  }
  /// Of one block: its own nodes, leaves, operands and outputs.
  constexpr sizes with(const sizes& block) const {
    sizes n = *this;
    n.nodes = n.leaves = n.operands = n.outputs = 0;
    n.add(block);
    return n;
  }
};

/// loop_facts: how a block runs; the program itself has none of it. Its inputs are the carries, one element of each sliced
/// array, then what it captures; its outputs are the next carries, then what is stacked. Where it takes blocks of rows it
/// has the columns of the arrays one after the other, each array with its index among the operands of its node.
struct loop_facts {
  int carries = 0, slices = 0;
  bool reverse = false;
  bool blocks = false;
  bool counted = false;   ///< the last operand of its node is how many runs there are at most
  bool has_again = false; ///< its last output is 0 after the last run
};

/// graph_view: what passes read: one block. Nodes are in topological order.
struct graph_view {
  sizes count;
  const node* nodes = nullptr;
  const dims* shapes = nullptr;
  const attributes* attribute_table = nullptr;
  const leaf* leaves = nullptr;
  const int* operand_table = nullptr; ///< of regions
  const int* outputs = nullptr;
  const target* targets = nullptr;
  const extent_entry* extents = nullptr;
  const constraint* constraints = nullptr;
  loop_facts loop;

  constexpr const node& operator[](int id) const { return nodes[id]; }
  constexpr const dims& shape_of(int id) const { return shapes[nodes[id].shape]; }
  constexpr const attributes& attributes_of(int id) const { return attribute_table[nodes[id].attr]; }
  constexpr graph::kind kind_of(int id) const { return nodes[id].op->kind; }
  /// The operands of a node; -1 stands for one that is absent.
  constexpr operand_span operands(int id) const {
    const node& n = nodes[id];
    if (n.op->kind == kind::region) return {operand_table + n.args[0], n.args[1]};
    return {n.args, n.op->arity};
  }
};

/// block: the nodes of a program or of one of its regions, on the heap.
struct block {
  interner<node> nodes;
  list<leaf> leaves;
  list<int> operands;
  list<int> outputs;
  list<target> targets;
  loop_facts loop;

  constexpr sizes count() const { return {nodes.size(), leaves.size(), operands.size(), outputs.size()}; }
};

/// tables: a program on the heap, as the last pass over a tape leaves it. Block 0 is the program itself.
struct tables {
  interner<dims> shapes;
  interner<attributes> attribute_table;
  list<block> blocks;
  list<extent_entry> extents;
  list<constraint> constraints;
  struct fault fault;

  constexpr sizes count() const {
    sizes n{0, 0, 0, 0, shapes.size(), attribute_table.size(), extents.size(), constraints.size(), blocks.size()};
    for (const block& b : blocks) n.add(b.count());
    return n;
  }
  constexpr graph_view view(int at = 0) const {
    const block& b = blocks[at];
    return {count().with(b.count()),
            b.nodes.data(),
            shapes.data(),
            attribute_table.data(),
            b.leaves.begin(),
            b.operands.begin(),
            b.outputs.begin(),
            b.targets.begin(),
            extents.begin(),
            constraints.begin(),
            b.loop};
  }
};

/// constant_graph<sizes>: a program as a constant; its address can be a template argument.
template <sizes N> struct constant_graph {
  node nodes[N.nodes + 1];
  dims shapes[N.shapes + 1];
  attributes attribute_table[N.attributes + 1];
  leaf leaves[N.leaves + 1];
  int operands[N.operands + 1];
  int outputs[N.outputs + 1];
  target targets[N.outputs + 1];
  extent_entry extents[N.extents + 1];
  constraint constraints[N.constraints + 1];
  sizes of_block[N.blocks];
  loop_facts loops[N.blocks];
  struct fault fault;
};

/// A node of a finished program needs no rules; without them, no program has to carry the code of rules.
constexpr node finished(node n) { return n.op = n.op->facts != nullptr ? n.op->facts : n.op, n; }

template <sizes N> constexpr constant_graph<N> freeze(const tables& t) {
  constant_graph<N> g{};
  sizes at;
  for (int i = 0; i < N.blocks; ++i) {
    const block& b = t.blocks[i];
    for (const node& n : b.nodes) g.nodes[at.nodes++] = finished(n);
    for (const leaf& l : b.leaves) g.leaves[at.leaves++] = l;
    for (const int o : b.operands) g.operands[at.operands++] = o;
    for (int o = 0; o < b.outputs.size(); ++o, ++at.outputs)
      g.outputs[at.outputs] = b.outputs[o], g.targets[at.outputs] = b.targets[o];
    g.of_block[i] = b.count(), g.loops[i] = b.loop;
  }
  for (int i = 0; i < N.shapes; ++i) g.shapes[i] = t.shapes[i];
  for (int i = 0; i < N.attributes; ++i) g.attribute_table[i] = t.attribute_table[i];
  for (int i = 0; i < N.extents; ++i) g.extents[i] = t.extents[i];
  for (int i = 0; i < N.constraints; ++i) g.constraints[i] = t.constraints[i];
  g.fault = t.fault;
  return g;
}
/// One block of a program.
template <sizes N> constexpr graph_view view_of(const constant_graph<N>& g, int at = 0) {
  sizes first;
  for (int i = 0; i < at; ++i) first.add(g.of_block[i]);
  return {N.with(g.of_block[at]),
          g.nodes + first.nodes,
          g.shapes,
          g.attribute_table,
          g.leaves + first.leaves,
          g.operands + first.operands,
          g.outputs + first.outputs,
          g.targets + first.outputs,
          g.extents,
          g.constraints,
          g.loops[at]};
}

} // namespace fluxpp::inline v0_1::graph
