// SPDX-License-Identifier: MIT
#pragma once
// lu_factor, lu_solve: triangular factors of a matrix, and systems solved with them. A factorisation carries no
// derivative: what is computed with it takes the matrix as one more operand, and has the derivative in that.
#include "fluxpp/ops/linalg/triangular_solve.hpp"

namespace fluxpp::inline v0_1::ops {

/// Who solves a system; in the sentence about a singular matrix.
enum class solver : int { solve, inverse, det, slogdet };

/// lu_factor(a): both triangles of p a = l u in the first n rows, the diagonal being that of u; in the last row the
/// row with which each was exchanged in turn, the one with the largest element below. It is as constant as an index.
struct lu_factor : custom<1> {
  static constexpr auto name = "lu_factor";
  static constexpr bool integer = true;
  static constexpr var apply(var a) {
    const int n = a.extent(-1);
    return record<lu_factor>(*a.tape, matrix_shape(lead_of(a.shape()), a.tape->extents.shifted(n, 1), n), {}, a);
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

/// lu_solve(f, a, b): x with a x = b, or a' x = b (attribute 0), from the factors f of a; attribute 1 is the solver.
/// Leading axes of a repeat over b's.
/// grad     in b: bbar, the solution with a transposed once more and ybar; in a: -bbar x'
struct lu_solve : custom<3> {
  static constexpr auto name = "lu_solve";
  static constexpr var apply(var f, var a, var b, bool transposed, solver who) {
    return record<lu_solve>(*a.tape, b.shape(), graph::make_attributes(transposed, static_cast<int>(who)), f, a, b);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    const bool transposed = y.attr(0) != 0;
    const var x = y.result(), bbar = again(y, ybar, !transposed);
    if (i == 2) return bbar;
    return sum_to(-(transposed ? product(x, bbar, false, true) : product(bbar, x, false, true)), y.arg(1).shape());
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const bool transposed = y.attr(0) != 0;
    var right = p.dx[2];
    if (p.dx[1].exists()) right = plus(right, -product(p.dx[1], y.result(), transposed));
    return again(y, right, transposed);
  }

private:
  static constexpr var again(const node_view& y, var b, bool transposed) {
    return apply(y.arg(0), y.arg(1), b, transposed, static_cast<solver>(y.attr(1)));
  }
};

/// The inverse of a, or its transpose.
constexpr var inverse_of(var a, bool transposed, solver who) {
  return lu_solve::apply(lu_factor::apply(a), a, broadcast_to(on_diagonal(a), a.shape()), transposed, who);
}

} // namespace fluxpp::inline v0_1::ops
