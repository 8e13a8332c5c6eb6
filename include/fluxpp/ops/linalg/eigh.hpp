// SPDX-License-Identifier: MIT
#pragma once
// eigh: eigenvalues and eigenvectors of a symmetric matrix.
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/linalg/triangle.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// 1 / (w_j - w_i) for a row w of numbers, 0 where they are equal.
constexpr var inverse_differences(var w) {
  const var difference = w - transposed(w);
  return kept_where(operation<not_equal>::unnamed(difference, var(0.0)),
                    var(1.0) / operation<select>::unnamed(difference, difference, var(1.0)));
}

/// eigh(a): the eigenvalues of symmetric a as a row, and below them the matrix whose columns are the eigenvectors.
/// grad     v (diag(wbar) + f * (v' vbar)) v' with f_ij = 1 / (w_j - w_i)
struct eigh : custom<1> {
  static constexpr auto name = "eigh";
  static constexpr var apply(var a) {
    const int n = a.extent(-1);
    return record<eigh>(*a.tape, matrix_shape(lead_of(a.shape()), a.tape->extents.shifted(n, 1), n), {}, a);
  }
  /// The parts of what has the shape of a result.
  static constexpr var values_of(var y) { return rows_of(y, 0, 1); }
  static constexpr var vectors_of(var y) { return rows_of(y, 1, y.extent(-1)); }

  static constexpr var vjp(const node_view& y, var ybar, int) {
    const var w = values_of(y.result()), v = vectors_of(y.result());
    const var turned = inverse_differences(w) * product(v, vectors_of(ybar), true);
    const var inner = operation<select>::unnamed(on_diagonal(turned), values_of(ybar), turned);
    return product(product(v, inner), v, false, true);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var w = values_of(y.result()), v = vectors_of(y.result());
    const var inner = product(product(v, p.dx[0], true), v);
    const var parts[]{diagonal_row(inner), product(v, inverse_differences(w) * inner)};
    return joined(parts, 2, v.rank() - 2);
  }
};

/// eigenvalues and the eigenvectors that belong to them, as columns.
struct eigenpairs {
  var values, vectors;
};

struct eigh_function {
  constexpr eigenpairs operator()(var a, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    if (!require_square(a)) return {a, a};
    const var both = eigh::apply(symmetric_part(a)), w = eigh::values_of(both);
    return {squeezed(w, 1u << (w.rank() - 2), {}), eigh::vectors_of(both)};
  }
};

} // namespace ops

/// eigh(a): {values, vectors} of (a + a') / 2, the values ascending; of each vector, a column of length 1, the element of
/// largest magnitude is positive.
/// shapes   a [.., n, n] -> values [.., n], vectors [.., n, n]
/// grad     v (diag(wbar) + f * (v' vbar)) v' with f_ij = 1 / (w_j - w_i), and 0 where w_i = w_j: there the derivative of
///          vectors does not exist, and that of what does not depend on their choice is right
/// errors   compile: a is not square; run: so with named extents (shape_error), a is not finite (value_error)
/// accuracy backward stable: eigenvalues within n ulp of the largest
/// source   Giles 2008, Collected matrix derivative results; QL: Bowdler, Martin, Reinsch & Wilkinson 1968
inline constexpr ops::eigh_function eigh{};

} // namespace fluxpp::inline v0_1
