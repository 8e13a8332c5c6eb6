// SPDX-License-Identifier: MIT
#pragma once
// A program through all passes, each its own constant: the plan without kernels, as every evaluator needs it.
#include "fluxpp/graph/passes/dce.hpp"
#include "fluxpp/graph/passes/encode.hpp"
#include "fluxpp/graph/passes/place.hpp"
#include "fluxpp/ops/ops.hpp"

namespace fluxpp::inline v0_1::eval {

/// The position of an operation in a list of operations, or -1; by its identity, through a table of hashes.
template <class List> struct list_codes;
template <class... Op> struct list_codes<ops::op_list<Op...>> {
  static constexpr int slots = 512;
  struct table {
    const graph::op_info* op[slots]{};
    int code[slots]{};
  };
  static constexpr table make() {
    table t;
    int code = 0;
    auto add = [&](const graph::op_info* op) {
      unsigned at = op->id % slots;
      while (t.op[at] != nullptr) at = (at + 1) % slots;
      t.op[at] = op;
      t.code[at] = code++;
    };
    (add(&ops::facts<Op>), ...);
    return t;
  }
  static constexpr table codes = make();
  static constexpr int of(const graph::op_info* op) {
    if (op->facts != nullptr) op = op->facts;
    for (unsigned at = op->id % slots; codes.op[at] != nullptr; at = (at + 1) % slots)
      if (codes.op[at] == op) return codes.code[at];
    return -1;
  }
};
using loop_codes = list_codes<ops::elementwise_list>;
using own_codes = list_codes<ops::step_list>;

// A Program states `static constexpr void trace(graph::tape&)`, which sets the tape's outputs. Each pass over it is a
// constant of its own, and each says how much room the next one needs.

template <class Program> constexpr graph::tables trace_tables() {
  graph::tape t;
  Program::trace(t);
  return graph::dce(t);
}
template <class Program> inline constexpr graph::sizes size_of = trace_tables<Program>().count();
// A function, since nvcc 13 stumbles over the same expression as an initialiser.
template <class Program> constexpr auto freeze() { return graph::freeze<size_of<Program>>(trace_tables<Program>()); }
template <class Program> inline constexpr auto graph_of = freeze<Program>();
/// body<Program, Block>: what a region of a program runs, as a program.
template <class Program, int Block> struct body {};
template <class Program>
inline constexpr graph::graph_view view_of = graph::view_of<size_of<Program>>(graph_of<Program>);
template <class Program, int Block>
inline constexpr graph::graph_view view_of<body<Program, Block>> = graph::view_of<size_of<Program>>(graph_of<Program>,
                                                                                                    Block);
template <class Program> inline constexpr int nodes_of = view_of<Program>.count.nodes;

/// checked<Program>: the program with every operation a step of its own, in order, so that every value can be looked at.
template <class Program> struct checked : Program {};
template <class Program> inline constexpr bool is_checked = false;
template <class Program> inline constexpr bool is_checked<checked<Program>> = true;
template <class Program, int Block> inline constexpr bool is_checked<body<Program, Block>> = is_checked<Program>;
template <bool Check, class Program> using checked_if = std::conditional_t<Check, checked<Program>, Program>;

/// scheduled<N>: when each of N nodes is computed, and by which step.
template <int N> struct scheduled {
  int stage[N + 1]{};
  bool copied[N + 1]{};
  int step_of[N + 1]{};
  int steps = 0, members = 0, operands = 0;
  bool checked;

  constexpr scheduled(const graph::graph_view& g, bool check) : checked(check) {
    graph::find_copies(g, copied);
    if (checked) graph::assign_order(g, stage);
    else graph::assign_stages(g, stage, copied), graph::sink(g, stage, copied);
    const graph::grouping groups = graph::group(view(g));
    for (int i = 0; i < N; ++i) step_of[i] = groups.step_of[i];
    steps = groups.steps, members = groups.members, operands = groups.operands;
  }
  constexpr graph::staged_view view(const graph::graph_view& g) const { return {g, stage, copied, checked}; }
  constexpr graph::grouping groups() const {
    graph::grouping out{{}, steps, members, operands};
    for (int i = 0; i < N; ++i) out.step_of.push(step_of[i]);
    return out;
  }
};
template <class Program>
inline constexpr scheduled<nodes_of<Program>> schedule_of{view_of<Program>, is_checked<Program>};
template <class Program> inline constexpr graph::staged_view staged_of = schedule_of<Program>.view(view_of<Program>);

/// fused_tables<Steps, Members, Operands>: the steps as constants.
template <int Steps, int Members, int Operands> struct fused_tables {
  graph::plan_step steps[Steps + 1]{};
  int members[Members + 1]{};
  graph::input_ref inputs[Operands + 1]{};
  int outputs[Members + 1]{};

  constexpr explicit fused_tables(const graph::fused& f) {
    for (int i = 0; i < Steps; ++i) steps[i] = f.steps[i];
    for (int i = 0; i < Members; ++i) members[i] = f.members[i];
    for (int i = 0; i < f.inputs.size(); ++i) inputs[i] = f.inputs[i];
    for (int i = 0; i < f.outputs.size(); ++i) outputs[i] = f.outputs[i];
  }
};
template <class Program>
inline constexpr fused_tables<schedule_of<Program>.steps, schedule_of<Program>.members, schedule_of<Program>.operands>
    steps_of{graph::fuse(staged_of<Program>, schedule_of<Program>.groups())};
template <class Program>
inline constexpr graph::fused_view fused_of{schedule_of<Program>.steps,   steps_of<Program>.steps,
                                            schedule_of<Program>.step_of, steps_of<Program>.members,
                                            steps_of<Program>.inputs,     steps_of<Program>.outputs};

/// code_tables<Steps, Members>: the distinct loops, and which one each step runs.
template <int Steps, int Members> struct code_tables {
  int kernels = 0, users = 0;
  graph::loop_code::word values[2 * (Steps + Members) + 1]{};
  int first[Steps + 1]{}, length[Steps + 1]{}, kernel[Steps + 1]{};
  const graph::custom_kernels* user[Members + 1]{};

  constexpr explicit code_tables(const graph::codes& c) : kernels(c.first.size()), users(c.users.size()) {
    for (int i = 0; i < c.values.size(); ++i) values[i] = c.values[i];
    for (int i = 0; i < kernels; ++i) first[i] = c.first[i], length[i] = c.length[i];
    for (int i = 0; i < Steps; ++i) kernel[i] = c.kernel[i];
    for (int i = 0; i < users; ++i) user[i] = c.users[i];
  }
};
template <class Program>
inline constexpr code_tables<schedule_of<Program>.steps, schedule_of<Program>.members> codes_of{
    graph::encode(staged_of<Program>, fused_of<Program>, &loop_codes::of)};

/// placed<N, Constants>: where each of N nodes lives.
template <int N, int Constants> struct placed {
  graph::location of[N + 1]{};
  double constants[Constants + 1]{};
  graph::amount arena;
  bool planned = false;
};
template <class Program> constexpr int count_constants() {
  int n = 0;
  for (int i = 0; i < nodes_of<Program>; ++i) n += view_of<Program>.kind_of(i) == graph::kind::constant ? 1 : 0;
  return n;
}
template <class Program> inline constexpr int constants_of = count_constants<Program>();
template <class Program> constexpr auto make_places() {
  placed<nodes_of<Program>, constants_of<Program>> out;
  graph::amount size[view_of<Program>.count.shapes + 1]{};
  out.planned = graph::sizes_in_one_symbol(view_of<Program>, size);
  if (!out.planned)
    for (graph::amount& a : size) a = {1, 0};
  const graph::placement p = graph::place(staged_of<Program>, fused_of<Program>, size);
  for (int i = 0; i < nodes_of<Program>; ++i) out.of[i] = p.of[i];
  for (int i = 0; i < constants_of<Program>; ++i) out.constants[i] = p.constants[i];
  out.arena = p.arena;
  return out;
}
template <class Program> inline constexpr auto places_of = make_places<Program>();

} // namespace fluxpp::inline v0_1::eval
