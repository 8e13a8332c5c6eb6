// SPDX-License-Identifier: MIT
#pragma once
// solve, inverse: systems of linear equations.
#include "fluxpp/ops/linalg/lu.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct solve_function {
  constexpr var operator()(var a, var b, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    const right_side right(a, b);
    if (!right.valid) return b;
    return right.back(lu_solve::apply(lu_factor::apply(a), a, right.b, false, solver::solve));
  }
};
struct inverse_function {
  constexpr var operator()(var a, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    return require_square(a) ? inverse_of(a, false, solver::inverse) : a;
  }
};

} // namespace ops

/// solve(a, b): x with a x = b, by LU with partial pivoting; a vector b is a column. Leading axes broadcast. A program
/// factors each a once, whatever is solved with it and for all derivatives.
/// shapes   a [.., n, n], b [.., n, k] or [n] -> as b
/// grad     in b: bbar = a'^-1 ybar; in a: -bbar x'
/// errors   compile: a is not square, b has other rows; run: so with named extents (shape_error), a is singular or has a
///          NaN (value_error)
/// accuracy backward stable but for the growth of pivots: (a + e) x = b with |e| <= 3 n ulp |l| |u|
/// source   Giles 2008, Collected matrix derivative results
inline constexpr ops::solve_function solve{};

/// inverse(a): the matrix x with a x = 1; to solve a system use solve.
/// shapes   a [.., n, n] -> [.., n, n]
/// grad     -y' ybar y'
/// errors   as solve
/// accuracy as solve
inline constexpr ops::inverse_function inverse{};

} // namespace fluxpp::inline v0_1
