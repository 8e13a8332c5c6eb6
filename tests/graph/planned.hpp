// SPDX-License-Identifier: MIT
#pragma once
// All passes over a tape, one after the other, at run time as in constant evaluation; and what every plan must obey.
#include "fluxpp/eval/planned.hpp"
#include "fluxpp/graph/passes/dce.hpp"
#include "fluxpp/graph/passes/encode.hpp"
#include "fluxpp/graph/passes/place.hpp"

namespace graph_tests {

namespace fx = fluxpp;
namespace graph = fluxpp::graph;
using fluxpp::dims;
using fluxpp::list;
using fluxpp::make_dims;
using fluxpp::var;

/// An argument of the program.
constexpr var argument(graph::tape& t, const dims& shape, bool integer = false) {
  return t.input(shape, {graph::space::argument, t.leaves().size(), integer});
}

constexpr int code_of(const graph::op_info* op) { return fx::eval::loop_codes::of(op); }

/// planned: a tape after each pass.
struct planned {
  graph::tables program;
  list<bool> copied;
  list<int> stage;
  graph::fused steps;
  graph::codes codes;
  bool one_symbol = false;
  graph::placement places;

  /// Programs with more than one symbol are placed as if it were n for all of them.
  constexpr explicit planned(const graph::tape& t, int n = 10) : program(graph::dce(t)) {
    copied.assign(view().count.nodes, false);
    stage.assign(view().count.nodes, 0);
    graph::find_copies(view(), copied.begin());
    graph::assign_stages(view(), stage.begin(), copied.begin());
    graph::sink(view(), stage.begin(), copied.begin());
    steps = graph::fuse(staged());
    codes = graph::encode(staged(), steps, &code_of);
    list<graph::amount> size;
    size.assign(view().count.shapes, {});
    one_symbol = graph::sizes_in_one_symbol(view(), size.begin());
    if (!one_symbol)
      for (int i = 0; i < size.size(); ++i) size[i] = {elements(view().shapes[i], n), 0};
    places = graph::place(staged(), steps, size.begin());
  }
  planned(const planned&) = delete;
  planned& operator=(const planned&) = delete;

  constexpr graph::graph_view view() const { return program.view(); }
  constexpr graph::staged_view staged() const { return {view(), stage.begin(), copied.begin()}; }
  constexpr int owner(int id) const { return graph::owner(view(), copied.begin(), id); }
  constexpr int loops() const {
    int n = 0;
    for (const graph::plan_step& s : steps.steps) n += s.op == nullptr ? 1 : 0;
    return n;
  }
  constexpr graph::loop_code code_of_kernel(int k) const { return {codes.values.begin() + codes.first[k]}; }
  /// Elementwise operations in the codes of all loops.
  constexpr int operations() const {
    int n = 0;
    for (int k : codes.kernel)
      if (k >= 0) n += code_of_kernel(k).operations();
    return n;
  }
  constexpr int number(int extent, int n) const {
    if (extent >= 0) return extent;
    list<int> value;
    for (int i = 0; i < -extent; ++i) {
      const graph::extent_entry& e = program.extents[i];
      value.push(e.kind == graph::extent_kind::symbol ? symbol(e.a, n)
                                                      : static_cast<int>(graph::value_of(e, value.begin())));
    }
    return value[-1 - extent];
  }
  /// What a symbol is: n, unless its key says more: a number below 100 that completes some thousands.
  static constexpr int symbol(int key, int n) { return key < 1000 ? n : key % 1000; }
  constexpr long elements(const dims& d, int n) const {
    long count = 1;
    for (int i = 0; i < d.rank; ++i) count *= number(d[i], n);
    return count;
  }
};

/// Every operand is computed before it is read: in registers by the same loop, in memory by an earlier step.
constexpr bool operands_come_first(const planned& p) {
  for (int id = 0; id < p.view().count.nodes; ++id) {
    if (p.steps.step_of[id] < 0) continue;
    for (int a : p.view()[id].args) {
      if (a < 0) continue;
      const int from = p.steps.step_of[p.owner(a)], to = p.steps.step_of[id];
      if (from == to && !graph::fusable(p.view(), a, id)) return false;
      if (from > to) return false;
    }
  }
  return true;
}

/// An edge through memory raises the stage, unless a loop was cut because it was full.
constexpr bool memory_raises_the_stage(const planned& p) {
  for (int id = 0; id < p.view().count.nodes; ++id) {
    if (p.steps.step_of[id] < 0) continue;
    for (int a : p.view()[id].args) {
      if (a < 0 || graph::is_leaf(p.view().kind_of(p.owner(a)))) continue;
      const int from = p.stage[p.owner(a)];
      if (graph::fusable(p.view(), a, id) ? from > p.stage[id] : from >= p.stage[id]) return false;
    }
  }
  return true;
}

/// lifetime: from the step that writes a value to the last that reads it, and where it lies.
struct lifetime {
  int node = 0, first = 0, last = 0;
  bool per_batch = false;
  long begin = 0, end = 0;
};

/// The lifetimes of all values in the workspace when symbols are n.
constexpr list<lifetime> lifetimes(const planned& p, int n) {
  list<lifetime> all;
  const list<int> last = graph::last_uses(p.staged(), p.steps);
  auto add = [&](int id, int at) {
    const graph::location& w = p.places.of[id];
    if (w.space != graph::space::arena) return;
    const bool per_batch = w.offset.fixed < 0;
    const long begin = per_batch ? w.offset.per_batch * n : w.offset.fixed;
    all.push({id, at, last[id] < at ? at : last[id], per_batch, begin, begin + p.elements(p.view().shape_of(id), n)});
  };
  for (int at = 0; at < p.steps.steps.size(); ++at) {
    const graph::plan_step& step = p.steps.steps[at];
    if (step.op != nullptr) add(step.node, at);
    for (int i = 0; i < step.outputs; ++i) add(p.steps.outputs[step.first_output + i], at);
  }
  return all;
}

/// A loop may write a result over an operand that it reads once, element by element, and that nothing reads later.
constexpr bool in_place(const planned& p, const lifetime& operand, const lifetime& result) {
  const graph::plan_step& step = p.steps.steps[result.first];
  if (operand.last != result.first || operand.begin != result.begin) return false;
  if (step.op != nullptr || p.view().kind_of(result.node) == graph::kind::reduction) return false;
  int reads = 0;
  for (int i = step.first_input; i < step.first_input + step.inputs; ++i) {
    if (p.steps.inputs[i].owner != operand.node) continue;
    if (p.view()[p.steps.inputs[i].source].shape != p.view()[result.node].shape) return false;
    ++reads;
  }
  return reads == 1;
}

/// No two values that live at the same time share memory, and all lie inside the workspace.
constexpr bool nothing_alive_is_overwritten(const planned& p, int n = 16) {
  const list<lifetime> all = lifetimes(p, n);
  for (int i = 0; i < all.size(); ++i) {
    const lifetime& a = all[i];
    if (a.begin < 0 || a.end > (a.per_batch ? p.places.arena.per_batch * n : p.places.arena.fixed)) return false;
    for (int k = 0; k < i; ++k) {
      const lifetime& b = all[k];
      const bool together = a.first <= b.last && b.first <= a.last && !in_place(p, a, b) && !in_place(p, b, a);
      if (together && a.per_batch == b.per_batch && a.begin < b.end && b.begin < a.end) return false;
    }
  }
  return true;
}

constexpr bool obeys_all(const planned& p) {
  return operands_come_first(p) && memory_raises_the_stage(p) && nothing_alive_is_overwritten(p);
}

} // namespace graph_tests
