// SPDX-License-Identifier: MIT
#pragma once
// Executes plans on a CPU: walks the steps, divides large loops among threads, folds partial sums in a fixed order.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/eval/blocks.hpp"
#include "fluxpp/eval/region.hpp"
#include "fluxpp/kernels/thread_pool.hpp"

#include <cmath>
#include <string>

namespace fluxpp::inline v0_1::eval {

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
      double* const p = b_.loop.partial[o];
      if (p == nullptr) continue;
      const std::ptrdiff_t n = b_.loop.partial_size[o];
      kernels::combine_arrays(fold_of(o), p, n, copies(o));
      std::transform(p, p + n, b_.loop.out[o], [](double v) { return static_cast<T>(v); });
    }
  }

private:
  std::ptrdiff_t copies(int o) const { return b_.loop.partial_step[o] == 0 ? 1 : b_.tasks.count; }
  graph::fold fold_of(int o) const { return plan_.s.g[plan_.f.outputs[step_.first_output + o]].op->fold; }
  bound_step<T>& b_;
  const graph::plan_step& step_;
  const plan_view<T>& plan_;
};

template <class T> void run_loop(const plan_view<T>& plan, bound_step<T>& b) {
  const folding<T> fold(plan, b);
  if (b.accumulates) fold.clear();
  const auto run_task = [&](int i) { b.kernel(b.loop, part_of(b.loop.rows, b.loop.columns, b.tasks, i)); };
  if (b.tasks.count == 1) run_task(0);
  else kernels::thread_pool::instance().run(static_cast<int>(b.tasks.count), run_task);
  if (b.accumulates) fold.combine();
}

/// Throws value_error naming the operation and its source line if a result of the step is not finite.
template <class T> void check_finite(binding<T>& bound, const bound_step<T>& b, const externals<T>& e) {
  const plan_view<T>& plan = bound.plan();
  const graph::plan_step& step = plan.f.steps[b.number];
  const bool own = b.own != nullptr;
  for (int o = 0; o < (own ? 1 : step.outputs); ++o) {
    const int node = own ? step.node : plan.f.outputs[step.first_output + o];
    const T* const v = bound.address(node, e);
    const std::size_t n = kernels::step_args<T>::size(bound.shape_of(node));
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isfinite(v[i])) continue;
      const graph::node& culprit = plan.s.g[node];
      throw value_error(culprit.op->name, "element " + std::to_string(i) + " of its result is " + std::to_string(v[i]) +
                                              " in step " + std::to_string(b.number) + error::in_source(culprit.line) +
                                              ": FLUXPP_CHECK_FINITE asks for finite values");
    }
  }
}

/// run<CheckFinite>(bound, e): one evaluation of the plan, but for what it writes over inputs that steps still read.
template <bool CheckFinite, class T> void run(binding<T>& bound, const externals<T>& e) {
  bound.point_at(e);
  const auto run_body = [](binding<T>& body, const externals<T>& at) {
    run<CheckFinite>(body, at);
    body.write_back(at);
  };
  for (bound_step<T>& b : bound.steps()) {
    if (b.region != nullptr) b.region->run(bound, e, run_body);
    else if (b.blocks != nullptr) b.blocks->run(bound, e, run_body);
    else if (b.own != nullptr) {
      b.args.seed = e.seed, b.args.step = e.step;
      b.own->run(b.args);
    } else {
      run_loop(bound.plan(), b);
    }
    if constexpr (CheckFinite) check_finite(bound, b, e);
  }
}

} // namespace fluxpp::inline v0_1::eval
