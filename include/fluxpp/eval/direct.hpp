// SPDX-License-Identifier: MIT
#pragma once
// Small programs as straight code: a few steps, loops along one axis or kernels of their own, called one after the other
// without a walk over tables, with extents that are numbers in their bodies. It decides what a call costs on few elements.
#include "fluxpp/eval/binding.hpp"
#include "fluxpp/eval/compiled.hpp"

#include <bit>

namespace fluxpp::inline v0_1::eval {

/// direct<T, Program>: how a function's program runs where it is small; bits are those of the plan.
template <class T, class Program> struct direct {
  static constexpr int most_steps = 12, most_operations = 48;

  static constexpr bool possible() {
    const graph::fused_view& f = fused_of<Program>;
    int operations = 0;
    for (int i = 0; i < f.step_count; ++i) {
      if (f.steps[i].op == nullptr ? std::popcount(f.steps[i].starts) > 1 : f.steps[i].op->kind == graph::kind::region)
        return false;
      operations += f.steps[i].members;
    }
    return !is_checked<Program> && f.step_count <= most_steps && operations <= most_operations;
  }
  /// Whether every loop of a bound program is one task that folds nothing beforehand.
  static bool suits(binding<T>& bound) {
    for (const bound_step<T>& b : bound.steps())
      if (b.tasks.count != 1 || b.accumulates) return false;
    return true;
  }
  static void run(binding<T>& bound, const externals<T>& e) {
    run(bound.steps().data(), e, std::make_integer_sequence<int, fused_of<Program>.step_count>{});
  }

private:
  template <int Step> static constexpr const graph::plan_step& step_at = fused_of<Program>.steps[Step];

  template <int... Step>
  FLUXPP_INLINE static void run(bound_step<T>* b, const externals<T>& e, std::integer_sequence<int, Step...>) {
    (run_step<Step>(b[Step], e), ...);
  }
  template <int Step> FLUXPP_INLINE static void run_step(bound_step<T>& b, const externals<T>& e) {
    if constexpr (step_at<Step>.op != nullptr)
      run_own<Step>(b, e, std::make_integer_sequence<int, step_at<Step>.op->arity>{});
    else
      run_loop<Step>(b, e, std::make_integer_sequence<int, step_at<Step>.inputs>{},
                     std::make_integer_sequence<int, step_at<Step>.outputs>{});
  }
  template <int Step, int... Index>
  FLUXPP_INLINE static void run_own(bound_step<T>& b, const externals<T>& e, std::integer_sequence<int, Index...>) {
    constexpr const graph::node& n = view_of<Program>[step_at<Step>.node];
    ((b.args.in[Index] = value<n.args[Index]>(e, b.args.in[Index])), ...);
    b.args.seed = e.seed, b.args.step = e.step;
    compiled<T, Program>::template own_at<own_steps_of<Program>.kernel[Step]>().run(b.args);
  }
  template <int Step, int... I, int... O>
  FLUXPP_INLINE static void run_loop(const bound_step<T>& b, const externals<T>& e, std::integer_sequence<int, I...>,
                                     std::integer_sequence<int, O...>) {
    constexpr const graph::input_ref* operand = fused_of<Program>.inputs + step_at<Step>.first_input;
    const T* const in[] = {value<operand[I].source>(e, b.loop.in[I])..., nullptr};
    T* const out[] = {b.loop.out[O]..., nullptr};
    compiled<T, Program>::template loop<codes_of<Program>.kernel[Step]>::run_line(in, out, columns<Step>(b));
  }
  /// Where the value of a node begins: an argument of this call, or at its place in the workspace.
  template <int Node> static const T* value([[maybe_unused]] const externals<T>& e, const T* own) {
    constexpr int owner = graph::owner(view_of<Program>, schedule_of<Program>.copied, Node);
    constexpr graph::location where = places_of<Program>.of[owner];
    if constexpr (where.space == graph::space::argument) return e.argument[static_cast<std::size_t>(where.index)];
    else return own;
  }
  /// The elements of a shape of numbers, else -1.
  static constexpr std::ptrdiff_t known_size(const dims& d) {
    std::ptrdiff_t n = 1;
    for (int a = 0; a < d.rank; ++a) n = d[a] < 0 || n < 0 ? -1 : n * d[a];
    return n;
  }
  template <int Step> static std::ptrdiff_t columns(const bound_step<T>& b) {
    constexpr std::ptrdiff_t size = known_size(view_of<Program>.shapes[step_at<Step>.shape]);
    if constexpr (size >= 0) return size;
    else return b.loop.columns;
  }
};

} // namespace fluxpp::inline v0_1::eval
