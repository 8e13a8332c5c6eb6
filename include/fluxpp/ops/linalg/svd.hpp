// SPDX-License-Identifier: MIT
#pragma once
// svd: the singular value decomposition.
#include "fluxpp/ops/linalg/eigh.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// svd(a): a = u diag(s) v' for matrices with at least as many rows as columns: s as a row, then u, then v.
/// grad     u p v' + ubar / s v', p = diag(sbar) + (k + k') s + s (l + l') - u' ubar / s, where k = f * (u' ubar),
///          l = f * (v' vbar), f_ij = 1 / (s_j^2 - s_i^2)
struct svd : custom<1> {
  static constexpr auto name = "svd";
  static constexpr var apply(var a) {
    graph::extent_table& extents = a.tape->extents;
    const int m = a.extent(-2), n = a.extent(-1);
    return record<svd>(*a.tape, matrix_shape(lead_of(a.shape()), extents.sum(extents.shifted(m, 1), n), n), {}, a);
  }
  /// The parts of what has the shape of a result.
  static constexpr var s_of(var y) { return rows_of(y, 0, 1); }
  static constexpr var u_of(var y, const dims& a) { return rows_of(y, 1, a[a.rank - 2]); }
  static constexpr var v_of(var y) { return rows_of(y, -1, y.extent(-1)); }

  static constexpr var vjp(const node_view& y, var ybar, int) {
    const dims shape = y.arg(0).shape();
    const var s = s_of(y.result()), u = u_of(y.result(), shape), v = v_of(y.result());
    const var ubar = u_of(ybar, shape), turn = product(u, ubar, true), f = inverse_differences_of_squares(s);
    const var k = f * turn, l = f * product(v, v_of(ybar), true), inverse = inverse_of(s);
    const var rotated = (k + transposed(k)) * s + transposed(s) * (l + transposed(l)) - turn * inverse;
    const var inner = rotated + kept_where(on_diagonal(turn), s_of(ybar));
    return product(product(u, inner) + ubar * inverse, v, false, true);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var s = s_of(y.result()), u = u_of(y.result(), y.arg(0).shape()), v = v_of(y.result());
    const var moved = product(p.dx[0], v), turn = product(u, moved, true), f = inverse_differences_of_squares(s);
    const var right = turn * s, left = transposed(s) * turn;
    const var du = product(u, f * (right + transposed(right))) + (moved - product(u, turn)) * inverse_of(s);
    const var parts[]{diagonal_row(turn), du, product(v, f * (left + transposed(left)))};
    return joined(parts, 3, u.rank() - 2);
  }

private:
  /// 1 / x, 0 where x is 0.
  static constexpr var inverse_of(var x) {
    return kept_where(operation<not_equal>::unnamed(x, var(0.0)),
                      var(1.0) / operation<select>::unnamed(x, x, var(1.0)));
  }
  static constexpr var inverse_differences_of_squares(var s) {
    return inverse_differences(s) * inverse_of(s + transposed(s));
  }
};

/// orthonormal columns u, singular values s, orthonormal rows vh.
struct singular_triple {
  var u, s, vh;
};

struct svd_function {
  constexpr singular_triple operator()(var a, int line = __builtin_LINE()) const {
    graph::extent_table& extents = a.tape->extents;
    graph::at_line(a, line);
    if (!require_matrix(a)) return {a, a, a};
    const int m = extents.resolve(a.extent(-2)), n = extents.resolve(a.extent(-1));
    if (m >= 0 && n >= 0 && m < n) {
      const singular_triple wide = tall(transposed(a));
      return {transposed(wide.vh), wide.s, transposed(wide.u)};
    }
    if ((m < 0 || n < 0) && m != n) extents.require_at_least(m, n, "svd", line);
    return tall(a);
  }

private:
  static constexpr singular_triple tall(var a) {
    const var all = svd::apply(a), s = svd::s_of(all);
    return {svd::u_of(all, a.shape()), squeezed(s, 1u << (s.rank() - 2), {}), transposed(svd::v_of(all))};
  }
};

} // namespace ops

/// svd(a): {u, s, vh} with a = u diag(s) vh, k = min(m, n); the singular values s descend and are not negative; of each
/// row of vh (of each column of u if m < n) the element of largest magnitude is positive.
/// shapes   a [.., m, n] -> u [.., m, k], s [.., k], vh [.., k, n]
/// grad     by f_ij = 1 / (s_j^2 - s_i^2) and 1 / s, each 0 where it would be infinite: at equal or zero singular values
///          the derivative of u and vh does not exist, and that of what does not depend on their choice is right
/// errors   compile: a has fewer than two axes; run: a named m is less than n (shape_error), a is not finite
///          (value_error)
/// accuracy singular values within n ulp of the largest: one-sided Jacobi
/// source   Townsend 2016, Differentiating the singular value decomposition; Hestenes 1958
inline constexpr ops::svd_function svd{};

} // namespace fluxpp::inline v0_1
