// SPDX-License-Identifier: MIT
#pragma once
// Small programs as straight code: a few loops along one axis each, called one after the other without a walk over tables,
// with extents that are numbers in their bodies. What a call costs on a few elements is decided here.
#include "fluxpp/eval/binding.hpp"
#include "fluxpp/eval/compiled.hpp"

#include <bit>

namespace fluxpp::inline v0_1::eval {

/// direct<T, Program>: how a function's program runs where it is small; bits are those of the plan.
template <class T, class Program> struct direct {
  static constexpr int most_steps = 4, most_operations = 24;

  static constexpr bool possible() {
    const graph::fused_view& f = fused_of<Program>;
    int operations = 0;
    for (int i = 0; i < f.step_count; ++i) {
      if (f.steps[i].op != nullptr || std::popcount(f.steps[i].starts) > 1) return false;
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
  /// Runs all loops, on arguments that begin at these addresses.
  static void run(binding<T>& bound, T* const* argument) {
    run(bound.steps().data(), argument, std::make_integer_sequence<int, fused_of<Program>.step_count>{});
  }

private:
  template <int Step> static constexpr const graph::plan_step& step_at = fused_of<Program>.steps[Step];

  template <int... Step>
  FLUXPP_INLINE static void run(const bound_step<T>* b, T* const* argument, std::integer_sequence<int, Step...>) {
    (run_step<Step>(b[Step], argument, std::make_integer_sequence<int, step_at<Step>.inputs>{},
                    std::make_integer_sequence<int, step_at<Step>.outputs>{}),
     ...);
  }
  template <int Step, int... I, int... O>
  FLUXPP_INLINE static void run_step(const bound_step<T>& b, [[maybe_unused]] T* const* argument,
                                     std::integer_sequence<int, I...>, std::integer_sequence<int, O...>) {
    const T* const in[] = {source<Step, I>(b, argument)..., nullptr};
    T* const out[] = {b.loop.out[O]..., nullptr};
    compiled<T, Program>::template loop<codes_of<Program>.kernel[Step]>::run_line(in, out, columns<Step>(b));
  }
  template <int Step, int Index> static const T* source(const bound_step<T>& b, [[maybe_unused]] T* const* argument) {
    constexpr graph::location w =
        places_of<Program>.of[fused_of<Program>.inputs[step_at<Step>.first_input + Index].owner];
    if constexpr (w.space == graph::space::argument) return argument[w.index];
    else return b.loop.in[Index];
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
