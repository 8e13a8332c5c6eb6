// SPDX-License-Identifier: MIT
#pragma once
// The compiler in the header: a program through all passes, each its own constant, to a plan with instantiated kernels.
#include "fluxpp/eval/plan.hpp"
#include "fluxpp/graph/mismatch.hpp"
#include "fluxpp/graph/passes/dce.hpp"
#include "fluxpp/graph/passes/encode.hpp"
#include "fluxpp/kernels/steps.hpp"

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
    (add(&ops::info<Op>), ...);
    return t;
  }
  static constexpr table codes = make();
  static constexpr int of(const graph::op_info* op) {
    for (unsigned at = op->id % slots; codes.op[at] != nullptr; at = (at + 1) % slots)
      if (codes.op[at] == op) return codes.code[at];
    return -1;
  }
};
using loop_codes = list_codes<ops::elementwise_list>;
using own_codes = list_codes<ops::step_list>;

/// A user's operation with a kernel of its own needs no scratch.
template <class T> std::size_t no_scratch(const kernels::step_args<T>&) { return 0; }

/// scheduled<N>, fused_tables<N>, ...: the results of the passes as constants, with room for N nodes.
template <int N> struct scheduled {
  int stage[N + 1]{};
  bool copied[N + 1]{};
};
template <int N> struct fused_tables {
  int steps_used = 0, inputs_used = 0, outputs_used = 0, members_used = 0;
  graph::plan_step steps[N + 1]{};
  int step_of[N + 1]{};
  int members[N + 1]{};
  graph::input_ref inputs[3 * N + 1]{};
  int outputs[N + 1]{};

  constexpr explicit fused_tables(const graph::fused& f)
      : steps_used(f.steps.size()),
        inputs_used(f.inputs.size()),
        outputs_used(f.outputs.size()),
        members_used(f.members.size()) {
    for (int i = 0; i < steps_used; ++i) steps[i] = f.steps[i];
    for (int i = 0; i < N; ++i) step_of[i] = f.step_of[i];
    for (int i = 0; i < members_used; ++i) members[i] = f.members[i];
    for (int i = 0; i < inputs_used; ++i) inputs[i] = f.inputs[i];
    for (int i = 0; i < outputs_used; ++i) outputs[i] = f.outputs[i];
  }
  constexpr graph::fused thaw() const {
    graph::fused f;
    for (int i = 0; i < steps_used; ++i) f.steps.push(steps[i]);
    for (int i = 0; i < N; ++i) f.step_of.push(step_of[i]);
    for (int i = 0; i < members_used; ++i) f.members.push(members[i]);
    for (int i = 0; i < inputs_used; ++i) f.inputs.push(inputs[i]);
    for (int i = 0; i < outputs_used; ++i) f.outputs.push(outputs[i]);
    return f;
  }
};
template <int N> struct code_tables {
  int kernels = 0, users = 0;
  int values[16 * N + 16]{};
  int first[N + 1]{}, length[N + 1]{}, kernel[N + 1]{};
  const graph::custom_kernels* user[N + 1]{};

  constexpr explicit code_tables(const graph::codes& c) : kernels(c.first.size()), users(c.users.size()) {
    for (int i = 0; i < c.values.size(); ++i) values[i] = c.values[i];
    for (int i = 0; i < kernels; ++i) first[i] = c.first[i], length[i] = c.length[i];
    for (int i = 0; i < c.kernel.size(); ++i) kernel[i] = c.kernel[i];
    for (int i = 0; i < users; ++i) user[i] = c.users[i];
  }
};
template <int N> struct placed {
  graph::location of[N + 1]{};
  double constants[N + 1]{};
  int constant_count = 0;
  graph::amount arena;
  bool planned = false;
};

// A Program states `static constexpr void trace(graph::tape&)`, which sets the tape's outputs. Each pass over it is a
// constant of its own.

template <class Program> constexpr graph::tables trace_tables() {
  graph::tape t;
  Program::trace(t);
  return graph::dce(t);
}
template <class Program> inline constexpr graph::sizes size_of = trace_tables<Program>().count();
template <class Program> inline constexpr auto graph_of = graph::freeze<size_of<Program>>(trace_tables<Program>());
template <class Program> inline constexpr graph::graph_view view_of = graph::view_of<size_of<Program>>(graph_of<Program>);
template <class Program> inline constexpr int nodes_of = size_of<Program>.nodes;

template <class Program> constexpr scheduled<nodes_of<Program>> make_schedule() {
  scheduled<nodes_of<Program>> s;
  graph::find_copies(view_of<Program>, s.copied);
  graph::assign_stages(view_of<Program>, s.stage, s.copied);
  graph::sink(view_of<Program>, s.stage, s.copied);
  return s;
}
template <class Program> inline constexpr auto schedule_of = make_schedule<Program>();
template <class Program>
inline constexpr graph::staged_view staged_of{view_of<Program>, schedule_of<Program>.stage, schedule_of<Program>.copied};
template <class Program>
inline constexpr fused_tables<nodes_of<Program>> fused_of{graph::fuse(staged_of<Program>)};
template <class Program>
inline constexpr code_tables<nodes_of<Program>> codes_of{
    graph::encode(staged_of<Program>, fused_of<Program>.thaw(), &loop_codes::of)};

template <class Program> constexpr placed<nodes_of<Program>> make_places() {
  placed<nodes_of<Program>> out;
  graph::amount size[size_of<Program>.shapes + 1]{};
  out.planned = graph::sizes_in_one_symbol(view_of<Program>, size);
  if (!out.planned)
    for (graph::amount& a : size) a = {1, 0};
  const graph::placement p = graph::place(staged_of<Program>, fused_of<Program>.thaw(), size);
  for (int i = 0; i < nodes_of<Program>; ++i) out.of[i] = p.of[i];
  for (int i = 0; i < p.constants.size(); ++i) out.constants[i] = p.constants[i];
  out.constant_count = p.constants.size();
  out.arena = p.arena;
  return out;
}
template <class Program> inline constexpr auto places_of = make_places<Program>();

/// The distinct operations with kernels of their own, and which kernel each step runs.
template <int Steps> struct own_steps {
  int distinct = 0;
  int first[Steps + 1]{};   ///< first step of each distinct operation
  int kernel[Steps + 1]{};  ///< per step: number of its loop's kernel, or of its own
};
template <class Program> constexpr auto make_own_steps() {
  constexpr auto& f = fused_of<Program>;
  own_steps<f.steps_used> own;
  for (int i = 0; i < f.steps_used; ++i) {
    own.kernel[i] = codes_of<Program>.kernel[i];
    if (f.steps[i].op == nullptr) continue;
    int k = 0;
    while (k < own.distinct && f.steps[own.first[k]].op != f.steps[i].op) ++k;
    if (k == own.distinct) own.first[own.distinct++] = i;
    own.kernel[i] = k;
  }
  return own;
}
template <class Program> inline constexpr auto own_steps_of = make_own_steps<Program>();

template <class Program, int... A, int... B>
auto make_report(std::integer_sequence<int, A...>, std::integer_sequence<int, B...>)
    -> graph::fault_report<graph_of<Program>.fault.rule, graph::extents<graph_of<Program>.fault.a.extent[A]...>,
                           graph::extents<graph_of<Program>.fault.b.extent[B]...>,
                           graph::source_line<graph_of<Program>.fault.line>>;
/// report_of<Program>: its size is a compile error for a program with a fault.
template <class Program>
using report_of = decltype(make_report<Program>(std::make_integer_sequence<int, graph_of<Program>.fault.a.rank>{},
                                                std::make_integer_sequence<int, graph_of<Program>.fault.b.rank>{}));

/// compiled<T, Program>: the program's kernels for values of type T, and its plan.
template <class T, class Program> struct compiled {
  template <int... Index> static auto users_type(std::integer_sequence<int, Index...>)
      -> kernels::users<codes_of<Program>.user[Index]...>;
  using users = decltype(users_type(std::make_integer_sequence<int, codes_of<Program>.users>{}));

  template <int K, int... Index> static constexpr loop_kernel<T> loop_at(std::integer_sequence<int, Index...>) {
    return &kernels::fused_loop<T, users, codes_of<Program>.values[codes_of<Program>.first[K] + Index]...>::run;
  }
  template <int K> static constexpr step_kernel<T> own_at() {
    constexpr const graph::op_info* op = fused_of<Program>.steps[own_steps_of<Program>.first[K]].op;
    constexpr int code = own_codes::of(op);
    if constexpr (code < 0) {
      return {op->custom->template run<T>(), &no_scratch<T>};
    } else {
      using step = kernels::step<typename kernels::op_at<ops::step_list, code>::type>;
      return {&step::template run<T>, &step::template scratch<T>};
    }
  }
  struct kernel_table {
    loop_kernel<T> loop[codes_of<Program>.kernels + 1]{};
    step_kernel<T> own[own_steps_of<Program>.distinct + 1]{};
  };
  template <int... K, int... O>
  static constexpr kernel_table make(std::integer_sequence<int, K...>, std::integer_sequence<int, O...>) {
    return {{loop_at<K>(std::make_integer_sequence<int, codes_of<Program>.length[K]>{})..., nullptr},
            {own_at<O>()..., {}}};
  }
};
template <class T, class Program>
inline constexpr typename compiled<T, Program>::kernel_table kernels_of =
    compiled<T, Program>::make(std::make_integer_sequence<int, codes_of<Program>.kernels>{},
                               std::make_integer_sequence<int, own_steps_of<Program>.distinct>{});

template <class Program> graph::fused thaw_fused() { return fused_of<Program>.thaw(); }

/// plan_of<T, Program>: everything an evaluator needs to run the program.
template <class T, class Program>
inline constexpr plan_view<T> plan_of{staged_of<Program>,
                                      fused_of<Program>.steps_used,
                                      fused_of<Program>.steps,
                                      own_steps_of<Program>.kernel,
                                      fused_of<Program>.members,
                                      fused_of<Program>.inputs,
                                      fused_of<Program>.outputs,
                                      places_of<Program>.of,
                                      places_of<Program>.constants,
                                      places_of<Program>.constant_count,
                                      places_of<Program>.arena,
                                      places_of<Program>.planned,
                                      &thaw_fused<Program>,
                                      kernels_of<T, Program>.loop,
                                      kernels_of<T, Program>.own};

}  // namespace fluxpp::inline v0_1::eval
