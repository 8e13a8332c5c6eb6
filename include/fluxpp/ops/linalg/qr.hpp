// SPDX-License-Identifier: MIT
#pragma once
// qr: orthonormal columns times an upper triangle.
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/linalg/triangular_solve.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// x r^-1 and x r'^-1 for upper triangles r.
constexpr var over_upper(var x, var r, bool transposed_r) {
  return transposed(triangular_solve::apply(r, transposed(x), {.upper = true, .transposed = !transposed_r}));
}

/// qr(a): the rows of q and then those of r, with a = q r.
/// grad     (qbar + q s) r'^-1, where s is the symmetric matrix whose lower triangle is that of r rbar' - qbar' q
struct qr : custom<1> {
  static constexpr auto name = "qr";
  static constexpr var apply(var a) {
    const int m = a.extent(-2), n = a.extent(-1);
    return record<qr>(*a.tape, matrix_shape(lead_of(a.shape()), a.tape->extents.sum(m, n), n), {}, a);
  }
  /// The parts of what has the shape of a result.
  static constexpr var q_of(var y, const dims& a) { return rows_of(y, 0, a[a.rank - 2]); }
  static constexpr var r_of(var y) { return rows_of(y, -1, y.extent(-1)); }

  static constexpr var vjp(const node_view& y, var ybar, int) {
    const var q = q_of(y.result(), y.arg(0).shape()), r = r_of(y.result());
    const var qbar = q_of(ybar, y.arg(0).shape()), rbar = upper_part(r_of(ybar));
    const var m = product(r, rbar, false, true) - product(qbar, q, true);
    return over_upper(qbar + product(q, lower_part(m) + transposed(lower_part(m, true))), r, true);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var q = q_of(y.result(), y.arg(0).shape()), r = r_of(y.result()), c = over_upper(p.dx[0], r, false);
    const var turn = product(q, c, true), below = lower_part(turn, true), skew = below - transposed(below);
    const var parts[]{c - product(q, turn - skew), product(turn - skew, r)};
    return joined(parts, 2, c.rank() - 2);
  }
};

/// orthonormal q and an upper triangle r.
struct q_and_r {
  var q, r;
};

struct qr_function {
  constexpr q_and_r operator()(var a, int line = __builtin_LINE()) const {
    graph::extent_table& extents = a.tape->extents;
    graph::at_line(a, line);
    if (!require_matrix(a)) return {a, a};
    const int m = extents.resolve(a.extent(-2)), n = extents.resolve(a.extent(-1));
    if (m >= 0 && n >= 0 && m < n) return wide(a, m);
    if ((m < 0 || n < 0) && m != n) extents.require_at_least(m, n, "qr", line);
    return tall(a);
  }

private:
  static constexpr q_and_r tall(var a) {
    const var both = qr::apply(a);
    return {qr::q_of(both, a.shape()), qr::r_of(both)};
  }
  /// The first m columns decide q; the others are turned with them.
  static constexpr q_and_r wide(var a, int m) {
    const int line = a.tape->line;
    const auto [q, r] = tall(fluxpp::slice(a, -1, 0, m, 1, line));
    return {q, fluxpp::concat(r, product(q, fluxpp::slice(a, -1, m, to_end, 1, line), true), -1, line)};
  }
};

} // namespace ops

/// qr(a): {q, r} with a = q r, the columns of q orthonormal, r an upper triangle whose diagonal is not negative.
/// shapes   a [.., m, n] -> q [.., m, min(m, n)], r [.., min(m, n), n]
/// grad     (qbar + q s) r'^-1, where s is the symmetric matrix whose lower triangle is that of r rbar' - qbar' q
/// errors   run: m < n where they have names (shape_error), a is not finite, or the derivative is asked for and the first
///          min(m, n) columns of a depend on each other (value_error)
/// accuracy backward stable: by Householder's reflections
/// source   Walter & Lehmann 2018, Optim. Lett. 12, doi:10.1007/s11590-017-1121-3; Seeger et al. 2017, arXiv:1710.08717
inline constexpr ops::qr_function qr{};

} // namespace fluxpp::inline v0_1
