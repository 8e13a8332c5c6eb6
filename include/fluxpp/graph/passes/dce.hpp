// SPDX-License-Identifier: MIT
#pragma once
// Dead-code elimination: keeps what the outputs need, in order, with extents replaced by what they were proved equal to,
// and writes the program and each of its regions as a block.
#include "fluxpp/graph/passes/liveness.hpp"

namespace fluxpp::inline v0_1::graph {

/// extraction: writes the live nodes of a tape as blocks.
class extraction {
public:
  constexpr explicit extraction(const tape& t)
      : t_(t), shapes_(t), operand_(t, shapes_), live_(t, operand_), renamed_(t.size()),
        block_of_(t.regions.size() + 1), shape_number_(t.shapes().size()) {
    block_here_.assign(t.size(), -1);
    distinct_ = shapes_.all_differ() && operand_.all_stay();
    out_.attribute_table({});
    captured_ = list<list<int>>(t.regions.size() + 1);
  }
  constexpr tables operator()() {
    int blocks = 1;
    for (int r = 1; r < t_.regions.size(); ++r)
      if (t_.regions[r].node >= 0 && live_[t_.regions[r].node]) block_of_[r] = blocks++;
    out_.blocks = list<block>(blocks);
    for (int r = t_.regions.size() - 1; r > 0; --r) // a region before the one in which it stands
      if (block_of_[r] > 0) write_region(r);
    write_program();
    for (int i = 0; i < t_.extents.size(); ++i) out_.extents.push(t_.extents[i]);
    for (const constraint& c : t_.extents.constraints()) out_.constraints.push(c);
    if (t_.first_fault().rule != rule::none) out_.fault = t_.first_fault();
    return std::move(out_);
  }

private:
  constexpr void write_program() {
    region_ = 0, block_ = &out_.blocks[0];
    const bool regions = !t_.regions.empty();
    for (int id = 0, size = t_.size(); id < size; ++id)
      if (live_[id] && !(regions && t_.region_of(id) != 0)) write(id);
    for (const int o : t_.outputs) block_->outputs.push(here(operand_.standing_for(o)));
    block_->targets = t_.targets;
    while (block_->targets.size() < block_->outputs.size()) block_->targets.push({});
  }
  constexpr void write_region(int r) {
    region_ = r, block_ = &out_.blocks[block_of_[r]];
    const region& from = t_.regions[r];
    block_->loop.reverse = from.reverse, block_->loop.blocks = from.blocks;
    for (const region::carry& c : from.carries)
      if (live_[c.inside]) write_input(c.inside), ++block_->loop.carries;
    for (const region::slice& s : from.slices) {
      if (!live_[s.inside]) continue;
      write_input(s.inside), ++block_->loop.slices;
      if (rewound(t_, from, s)) block_->leaves.back().carry = number_of_carry(s.array);
    }
    for (const int id : from.nodes)
      if (live_[id]) write(id);
    for (const region::carry& c : from.carries)
      if (live_[c.inside]) write_output(c.next);
    for (const region::stack& s : from.stacks)
      if (live_result(s.result)) write_output(s.inside);
    block_->loop.counted = from.most >= 0, block_->loop.has_again = from.again >= 0;
    if (from.again >= 0) write_output(from.again);
  }
  constexpr bool live_result(int id) const { return id >= 0 && live_[id]; }

  constexpr void write_output(int id) {
    block_->targets.push({space::output, block_->outputs.size()});
    block_->outputs.push(here(operand_.standing_for(id)));
  }
  /// What the block is given for a node outside of it.
  constexpr int write_input(int id) {
    node n{&input_op};
    n.shape = shape(t_[id].shape), n.attr = block_->leaves.size();
    block_->leaves.push({space::operand, n.attr, t_.integer(id)});
    return keep(id, n);
  }
  constexpr int write(int id) {
    node n = t_[id];
    n.shape = shape(n.shape);
    if (n.op->arity == 0 || n.op == &result_op) return keep(id, rewritten(id, n));
    if (n.attr != 0) n.attr = out_.attribute_table(t_.attribute_table()[n.attr]);
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) n.args[i] = here(operand_(n, n.args[i]));
    return keep(id, n);
  }
  /// A node of the graph itself, or without operands.
  constexpr node rewritten(int id, node n) {
    if (n.op == &region_op) return region_node(n);
    if (n.op == &result_op) {
      n.attr = renumbered(t_.regions[t_[n.args[0]].args[0]], t_.attributes_of(id));
      n.args[0] = here(n.args[0]);
    } else if (n.op == &input_op) {
      block_->leaves.push(t_.leaf_of(id));
      n.attr = block_->leaves.size() - 1;
    } else if (n.attr != 0) {
      n.attr = out_.attribute_table(t_.attribute_table()[n.attr]);
    }
    return n;
  }
  constexpr int keep(int id, const node& n) {
    return block_here_[id] = region_, renamed_[id] = distinct_ ? block_->nodes.add(n) : block_->nodes(n);
  }
  constexpr node region_node(node n) {
    const int number = n.args[0];
    const region& r = t_.regions[number];
    list<int> reads;
    for (const region::carry& c : r.carries)
      if (live_[c.inside]) reads.push(here(operand_.standing_for(c.initial)));
    for (const region::slice& s : r.slices) {
      if (!live_[s.inside] || s.column > 0) continue;
      reads.push(here(rewound(t_, r, s) ? t_[s.array].args[0] : operand_.standing_for(s.array)));
      if (r.blocks) reads.push(s.index < 0 ? -1 : here(operand_.standing_for(s.index)));
    }
    for (const int id : captured_[number]) reads.push(here(id));
    for (const region::slice& s : r.slices)
      if (live_[s.inside] && rewound(t_, r, s)) add_operands(reads, block_->nodes[here(t_[s.array].args[0])]);
    if (r.most >= 0) reads.push(here(operand_.standing_for(r.most)));
    n.args[0] = block_->operands.size(), n.args[1] = reads.size(), n.args[2] = block_of_[number];
    block_->operands.append(reads);
    return n;
  }
  /// A region that is run again reads its operands again.
  constexpr void add_operands(list<int>& reads, const node& region) const {
    for (int i = 0; i < region.args[1]; ++i) reads.push(block_->operands[region.args[0] + i]);
  }
  /// The carry of whose entries this is the result, among those that are left of its region.
  constexpr int number_of_carry(int entries) const {
    const region& r = t_.regions[t_[t_[entries].args[0]].args[0]];
    int number = 0;
    for (int i = 0; i < t_.attributes_of(entries).value[1]; ++i) number += live_[r.carries[i].inside] ? 1 : 0;
    return number;
  }
  /// The attributes of a result, among what is left of its region.
  constexpr int renumbered(const region& r, const attributes& a) {
    int which = 0;
    const bool stack = static_cast<result_role>(a.value[0]) == result_role::stack;
    for (int i = 0; i < a.value[1]; ++i) // 0 for the number of runs
      which += (stack ? live_result(r.stacks[i].result) : live_[r.carries[i].inside]) ? 1 : 0;
    return out_.attribute_table(make_attributes(a.value[0], which));
  }
  /// The node of this block that stands for node id, which may lie outside.
  constexpr int here(int id) { return block_here_[id] == region_ ? renamed_[id] : enter(id); }
  constexpr int enter(int id) {
    if (region_ == 0 && t_.region_of(id) != 0) { // a value of a run, where no run is
      if (out_.fault.rule == rule::none) out_.fault = {rule::escaped, t_.shape_of(id), {}, t_[id].line};
      return write_input(id);
    }
    if (is_view(t_[id].op->kind) || is_number(t_, id)) return write(id);
    captured_[region_].push(id);
    return write_input(id);
  }
  constexpr int shape(int number) {
    return (shape_number_[number] != 0 ? shape_number_[number]
                                       : shape_number_[number] = 1 + out_.shapes(shapes_[number])) -
           1;
  }

  const tape& t_;
  const merged_shapes shapes_;
  const operands operand_;
  const liveness live_;
  list<int> renamed_, block_here_; ///< per node: its number in a block, and the region of that block
  list<int> block_of_;             ///< per region; 0 for one that is not live
  list<int> shape_number_;         ///< 1 + the number of a shape in the program
  list<list<int>> captured_;       ///< per region: the nodes outside that its block reads
  int region_ = 0;                 ///< that is being written
  block* block_ = nullptr;
  bool distinct_ = false; ///< nodes that differ on the tape differ in the program
  tables out_;
};

/// dce(t): the program of t's outputs; linear in the size of the tape.
constexpr tables dce(const tape& t) { return extraction(t)(); }

} // namespace fluxpp::inline v0_1::graph
