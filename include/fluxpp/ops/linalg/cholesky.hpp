// SPDX-License-Identifier: MIT
#pragma once
// cholesky: the square root of a positive definite matrix that is a lower triangle.
#include "fluxpp/ops/linalg/triangular_solve.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// cholesky(a): l with l l' = a for symmetric a, of which the lower triangle is read.
/// grad     l'^-1 phi(l' ybar) l^-1; phi: the lower triangle with half the diagonal
struct cholesky : custom<1> {
  static constexpr auto name = "cholesky";
  static constexpr var apply(var a) { return record<cholesky>(*a.tape, a.shape(), {}, a); }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    const var l = y.result(), left = triangular_solve::apply(l, phi(product(l, ybar, true)), {.transposed = true});
    return transposed(triangular_solve::apply(l, transposed(left), {.transposed = true}));
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var l = y.result(), left = triangular_solve::apply(l, p.dx[0], {});
    return product(l, phi(triangular_solve::apply(l, transposed(left), {})));
  }

private:
  static constexpr var phi(var x) {
    const var i = row_numbers(x), j = column_numbers(x);
    return x * (var(0.5) * ((i > j) + (i >= j)));
  }
};

struct cholesky_function {
  constexpr var operator()(var a, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    return require_square(a) ? cholesky::apply(symmetric_part(a)) : a;
  }
};

} // namespace ops

/// cholesky(a): the lower triangle l with positive diagonal and l l' = (a + a') / 2.
/// shapes   a [.., n, n] -> [.., n, n]
/// grad     the symmetric part of l'^-1 phi(l' ybar) l^-1; phi: the lower triangle with half the diagonal
/// errors   compile: a is not square; run: so with named extents (shape_error), a is not positive definite or has a NaN
///          (value_error)
/// accuracy backward stable: l l' = a + e with |e| <= (n + 1) ulp |l| |l'|
/// source   Giles 2008, Collected matrix derivative results; Murray 2016, arXiv:1602.07527
inline constexpr ops::cholesky_function cholesky{};

} // namespace fluxpp::inline v0_1
