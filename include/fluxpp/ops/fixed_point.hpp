// SPDX-License-Identifier: MIT
#pragma once
// fixed_point: the value that a function maps to itself, with the derivatives of the equation, not of the iteration.
#include "fluxpp/ops/abs.hpp"
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/max.hpp"
#include "fluxpp/ops/maximum.hpp"
#include "fluxpp/ops/scan.hpp"

namespace fluxpp::inline v0_1 {

/// fixed_point_options: iteration ends when no element moves by more than tolerance times the largest one or 1, and after
/// `most` steps.
struct fixed_point_options {
  double tolerance = 1e-10;
  int most = 1000;
};

namespace ops {

struct fixed_point_function {
  template <class F>
  constexpr var operator()(const F& f, var start, fixed_point_options o = {}, int line = __builtin_LINE()) const {
    return solve(tape_of_call("fixed_point", line, start), f, start, o);
  }
  /// The same for derivatives, on the line of the operation that is being recorded.
  template <class F> static constexpr var solve(graph::tape& t, const F& f, var start, fixed_point_options o) {
    const int line = t.line;
    const auto run = [&](var before, const auto&) {
      const var now = f(before), moved = fluxpp::max(fluxpp::abs(now - before, line)),
                size = fluxpp::maximum(fluxpp::max(fluxpp::abs(now, line)), 1.0, line);
      return std::tuple{now, std::tuple{}, fluxpp::greater(moved, var(o.tolerance) * size, line)};
    };
    const var x = run_region(t, run, start, std::tuple{}, {.runs = o.most}).first;
    graph::region& solving = t.regions[t[t[x.id].args[0]].args[0]];
    solving.solves = true, solving.tolerance = o.tolerance;
    return x;
  }
};

} // namespace ops

/// fixed_point(f, start, {.tolerance = 1e-10, .most = 1000}): the x with f(x) = x to which x = f(x) leads from start; f may
/// use any var from outside.
/// shapes   f keeps the shape of start
/// grad     of the equation x = f(x), of any order: linear fixed points, solved by the same iteration; none in start
/// errors   compile: f changes the shape; none at run time: without convergence it is the last value
/// accuracy the tolerance over 1 minus the rate of convergence
/// source   Christianson 1994, Reverse accumulation and attractive fixed points, doi:10.1080/10556789408805572
inline constexpr ops::fixed_point_function fixed_point{};

} // namespace fluxpp::inline v0_1
