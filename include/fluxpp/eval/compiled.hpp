// SPDX-License-Identifier: MIT
#pragma once
// The compiler in the header: a planned program with its kernels instantiated.
#include "fluxpp/eval/plan.hpp"
#include "fluxpp/eval/planned.hpp"
#include "fluxpp/graph/mismatch.hpp"
#include "fluxpp/kernels/fused.hpp"
#include "fluxpp/kernels/steps.hpp"

namespace fluxpp::inline v0_1::eval {

/// A user's operation with a kernel of its own needs no scratch.
template <class T> std::size_t no_scratch(const kernels::step_args<T>&) { return 0; }

/// The distinct operations with kernels of their own, and which kernel each step runs.
template <int Steps> struct own_steps {
  int distinct = 0;
  int first[Steps + 1]{};  ///< first step of each distinct operation
  int kernel[Steps + 1]{}; ///< per step: number of its loop's kernel, or of its own
};
template <class Program> constexpr auto make_own_steps() {
  constexpr const graph::fused_view& f = fused_of<Program>;
  own_steps<f.step_count> own;
  for (int i = 0; i < f.step_count; ++i) {
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
  template <int... Index>
  static auto users_type(std::integer_sequence<int, Index...>) -> kernels::users<codes_of<Program>.user[Index]...>;
  using users = decltype(users_type(std::make_integer_sequence<int, codes_of<Program>.users>{}));

  template <int K, int... Index> static constexpr auto loop_type(std::integer_sequence<int, Index...>) {
    return std::type_identity<
        kernels::fused_loop<T, users, codes_of<Program>.values[codes_of<Program>.first[K] + Index]...>>{};
  }
  /// Loop number K of the program.
  template <int K>
  using loop = typename decltype(loop_type<K>(std::make_integer_sequence<int, codes_of<Program>.length[K]>{}))::type;

  template <int K> static constexpr step_kernel<T> own_at() {
    constexpr const graph::op_info* op = fused_of<Program>.steps[own_steps_of<Program>.first[K]].op;
    constexpr int code = own_codes::of(op);
    if constexpr (op == &graph::region_op) {
      return {};
    } else if constexpr (code < 0) {
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
    return {{&loop<K>::run..., nullptr}, {own_at<O>()..., {}}};
  }
};
template <class T, class Program>
inline constexpr typename compiled<T, Program>::kernel_table
    kernels_of = compiled<T, Program>::make(std::make_integer_sequence<int, codes_of<Program>.kernels>{},
                                            std::make_integer_sequence<int, own_steps_of<Program>.distinct>{});

template <class T, class Program> struct bodies;
/// plan_of<T, Program>: everything an evaluator needs to run the program.
template <class T, class Program>
inline constexpr plan_view<T> plan_of{
    staged_of<Program>,           fused_of<Program>,          own_steps_of<Program>.kernel, places_of<Program>.of,
    places_of<Program>.constants, constants_of<Program>,      places_of<Program>.arena,     places_of<Program>.planned,
    kernels_of<T, Program>.loop,  kernels_of<T, Program>.own, &bodies<T, Program>::plan};

/// bodies<T, Program>: the plans of what its regions run.
template <class T, class Program> struct bodies {
  static const plan_view<T>& plan(int block) {
    return [block]<int... Before>(std::integer_sequence<int, Before...>)->const plan_view<T>& {
      const plan_view<T>* const plans[]{nullptr, &plan_of<T, body<Program, Before + 1>>...};
      return *plans[block];
    }
    (std::make_integer_sequence<int, size_of<Program>.blocks - 1>{});
  }
};
template <class T, class Program, int Block> struct bodies<T, body<Program, Block>> : bodies<T, Program> {};

} // namespace fluxpp::inline v0_1::eval
