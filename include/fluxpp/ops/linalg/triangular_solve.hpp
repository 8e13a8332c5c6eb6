// SPDX-License-Identifier: MIT
#pragma once
// triangular_solve: systems of equations that substitution solves.
#include "fluxpp/ops/linalg/triangle.hpp"

namespace fluxpp::inline v0_1 {

/// triangle: which part of a matrix is meant, whether it is read transposed, whether its diagonal counts as ones.
struct triangle {
  bool upper = false, transposed = false, unit = false;
};

namespace ops {

/// triangular_solve(a, b): x with op(a) x = b; attributes: upper, transposed, unit. Leading axes of a repeat over b's.
/// grad     in b: x of ybar with a transposed once more; in a: minus the triangle of that times x'
struct triangular_solve : custom<2> {
  static constexpr auto name = "triangular_solve";
  static constexpr var apply(var a, var b, triangle t) {
    return record<triangular_solve>(*a.tape, b.shape(), graph::make_attributes(t.upper, t.transposed, t.unit), a, b);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    triangle t = triangle_of(y);
    t.transposed = !t.transposed;
    const var bbar = apply(y.arg(0), ybar, t), x = y.result();
    if (i == 1) return bbar;
    return sum_to(-part(y, t.transposed ? product(bbar, x, false, true) : product(x, bbar, false, true)),
                  y.arg(0).shape());
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const triangle t = triangle_of(y);
    var right = p.dx[1];
    if (p.dx[0].exists()) right = plus(right, -product(part(y, p.dx[0]), y.result(), t.transposed));
    return apply(y.arg(0), right, t);
  }

private:
  static constexpr triangle triangle_of(const node_view& y) { return {y.attr(0) != 0, y.attr(1) != 0, y.attr(2) != 0}; }
  static constexpr var part(const node_view& y, var x) {
    const triangle t = triangle_of(y);
    return t.upper ? upper_part(x, t.unit) : lower_part(x, t.unit);
  }
};

/// The right-hand sides of a system a x = b as matrices, with a's leading axes; a vector is one column.
struct right_side {
  var b;
  bool column = false, valid = true;

  constexpr right_side(var a, var given) : b(given.exists() ? given : a.tape->constant(given.number)) {
    graph::tape& t = *a.tape;
    const dims as_given = b.shape();
    column = b.rank() == 1;
    if (column) b = reshape::apply(b, b.shape().with(1));
    valid = require_square(a) && require_matrix(b);
    if (!valid) return;
    const int n = t.extents.resolve(a.extent(-1)), rows = t.extents.resolve(b.extent(-2));
    if (n >= 0 && rows >= 0 && n != rows) t.fail(graph::rule::solve, a.shape(), as_given);
    else t.extents.equate(n, rows, "solve", t.line);
    const dims lead = common_shape(t, lead_of(a.shape()), lead_of(b.shape()), "solve");
    b = broadcast_to(b, matrix_shape(lead, b.extent(-2), b.extent(-1)));
  }
  /// The solution, in the form of the right-hand side.
  constexpr var back(var x) const {
    return column ? reshape::apply(x, squeezed_shape(x.shape(), 1u << (x.rank() - 1))) : x;
  }
};

struct triangular_solve_function {
  constexpr var operator()(var a, var b, triangle t = {}, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    const right_side right(a, b);
    return right.valid ? right.back(triangular_solve::apply(a, right.b, t)) : b;
  }
};

} // namespace ops

/// triangular_solve(a, b, {.upper, .transposed, .unit}): x with a x = b, or a' x = b, for the lower or upper triangle of
/// a, whose other elements are not read; a vector b is a column. Leading axes broadcast.
/// shapes   a [.., n, n], b [.., n, k] or [n] -> as b
/// grad     in b: bbar, the solution with a' and ybar; in a: the triangle of -bbar x'
/// errors   compile: a is not square, b has other rows; run: so with named extents (shape_error), the diagonal has a
///          zero or NaN (value_error)
/// accuracy backward stable: (a + e) x = b with |e| <= n ulp |a|
/// source   Giles 2008, Collected matrix derivative results
inline constexpr ops::triangular_solve_function triangular_solve{};

} // namespace fluxpp::inline v0_1
