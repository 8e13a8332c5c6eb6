// SPDX-License-Identifier: MIT
#pragma once
// Executes plans on a CPU: walks the steps, divides large loops among threads, folds partial sums in a fixed order.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/eval/binding.hpp"
#include "fluxpp/kernels/thread_pool.hpp"

#include <cmath>
#include <string>

namespace fluxpp::inline v0_1::eval {

/// The rows and columns of task number i of a loop.
template <class T> kernels::part part_of(const bound_step<T>& b, std::ptrdiff_t i) {
  const kernels::loop<T>& l = b.loop;
  kernels::part p{0, l.rows, 0, l.columns, static_cast<int>(i)};
  if (b.parts == 1) return p;
  if (b.by_columns) {
    const std::ptrdiff_t size = (l.columns / b.parts + 63) / 64 * 64;
    p.first_column = std::min(i * size, l.columns);
    p.last_column = i + 1 == b.parts ? l.columns : std::min((i + 1) * size, l.columns);
  } else {
    p.first_row = i * l.rows / b.parts;
    p.last_row = (i + 1) * l.rows / b.parts;
  }
  return p;
}

/// Loops fold in double; each result of a loop that several tasks or rows contribute to is combined task by task.
template <class T> class folding {
public:
  folding(const plan_view<T>& plan, bound_step<T>& b) : b_(b), step_(plan.f.steps[b.number]), plan_(plan) {}
  void clear() const {
    for (int o = 0; o < step_.outputs; ++o)
      if (double* const p = b_.loop.partial[o]; p != nullptr)
        std::fill_n(p, b_.loop.partial_size[o] * copies(o), kernels::neutral(fold_of(o)));
  }
  void combine() const {
    for (int o = 0; o < step_.outputs; ++o) {
      const double* const p = b_.loop.partial[o];
      if (p == nullptr) continue;
      const std::ptrdiff_t n = b_.loop.partial_size[o];
      for (std::ptrdiff_t i = 0; i < n; ++i) {
        double v = p[i];
        for (std::ptrdiff_t k = 1; k < copies(o); ++k) v = kernels::combine(fold_of(o), v, p[k * n + i]);
        b_.loop.out[o][i] = static_cast<T>(v);
      }
    }
  }

private:
  std::ptrdiff_t copies(int o) const { return b_.loop.partial_step[o] == 0 ? 1 : b_.parts; }
  graph::fold fold_of(int o) const { return plan_.s.g[plan_.f.outputs[step_.first_output + o]].op->fold; }
  bound_step<T>& b_;
  const graph::plan_step& step_;
  const plan_view<T>& plan_;
};

template <class T> void run_loop(const plan_view<T>& plan, bound_step<T>& b) {
  const folding<T> fold(plan, b);
  if (b.accumulates) fold.clear();
  if (b.parts == 1) {
    b.kernel(b.loop, part_of(b, 0));
  } else {
    kernels::thread_pool::instance().run(static_cast<int>(b.parts), [&](int i) { b.kernel(b.loop, part_of(b, i)); });
  }
  if (b.accumulates) fold.combine();
}

/// Throws value_error naming the first operation and source line whose result is not finite.
template <class T> void check_finite(binding<T>& bound, const bound_step<T>& b, const externals<T>& e) {
  const plan_view<T>& plan = bound.plan();
  const graph::plan_step& step = plan.f.steps[b.number];
  const int results = step.op != nullptr ? 1 : step.outputs;
  for (int o = 0; o < results; ++o) {
    const int node = step.op != nullptr ? step.node : plan.f.outputs[step.first_output + o];
    const T* const v = bound.address(node, e);
    const std::size_t n = kernels::step_args<T>::size(bound.shape_of(node));
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isfinite(v[i])) continue;
      const graph::node& culprit = plan.s.g[node];
      throw value_error(culprit.op->name, "element " + std::to_string(i) + " of its result is " + std::to_string(v[i]) +
                                              " (step " + std::to_string(b.number) + ", source line " +
                                              std::to_string(culprit.line) +
                                              "): FLUXPP_CHECK_FINITE asks for finite values");
    }
  }
}

/// run<CheckFinite>(bound, e): one evaluation of the plan.
template <bool CheckFinite, class T> void run(binding<T>& bound, const externals<T>& e) {
  bound.point_at(e);
  for (bound_step<T>& b : bound.steps()) {
    if (b.own != nullptr) {
      b.args.seed = e.seed, b.args.step = e.step;
      b.own->run(b.args);
    } else {
      run_loop(bound.plan(), b);
    }
    if constexpr (CheckFinite) check_finite(bound, b, e);
  }
  bound.write_back(e);
}

} // namespace fluxpp::inline v0_1::eval
