// SPDX-License-Identifier: MIT
#pragma once
// diagonal, trace, and what else the matrices in the last two axes are taken apart into by comparing indices.
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/matmul.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/slice.hpp"
#include "fluxpp/ops/sum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// Row numbers [m, 1] and column numbers [n] of the matrices in the last two axes.
constexpr var row_numbers(var x) {
  const var rows = iota::apply(*x.tape, x.extent(-2));
  return reshape::apply(rows, rows.shape().with(1));
}
constexpr var column_numbers(var x) { return iota::apply(*x.tape, x.extent(-1)); }

/// x where the truth values hold, 0 elsewhere.
constexpr var kept_where(var holds, var x) { return operation<select>::unnamed(holds, x, var(0.0)); }

constexpr var lower_part(var x, bool strict = false) {
  const var i = row_numbers(x), j = column_numbers(x);
  return kept_where(strict ? i > j : i >= j, x);
}
constexpr var upper_part(var x, bool strict = false) {
  const var i = row_numbers(x), j = column_numbers(x);
  return kept_where(strict ? i < j : i <= j, x);
}
constexpr var on_diagonal(var x) { return operation<equal>::unnamed(row_numbers(x), column_numbers(x)); }
/// The diagonals as rows [.., 1, n].
constexpr var diagonal_row(var x) { return sum::apply(kept_where(on_diagonal(x), x), 1u << (x.rank() - 2)); }

constexpr var transposed(var x) { return permute::apply(x, swapped(x.rank(), x.rank() - 2, x.rank() - 1)); }
constexpr var symmetric_part(var x) { return var(0.5) * (x + transposed(x)); }

/// Matrices with these leading axes.
constexpr dims matrix_shape(const dims& lead, int rows, int columns) { return lead.with(rows).with(columns); }

/// rows_of(x, begin, n): n rows of each matrix from row `begin` on; a begin of -1 means the last n.
constexpr var rows_of(var x, int begin, int n) {
  graph::attributes range = whole_range(x.rank());
  range.value[x.rank() - 2] = begin;
  return slice::apply(x, matrix_shape(lead_of(x.shape()), n, x.extent(-1)), range);
}

/// One matrix, or several: at least two axes; and as many rows as columns.
constexpr bool require_matrix(var x, int axes = 2) {
  if (x.rank() >= axes) return true;
  x.tape->fail(graph::rule::rank, x.shape(), make_dims(axes));
  return false;
}
constexpr bool require_square(var x) {
  if (!require_matrix(x)) return false;
  const int m = x.tape->extents.resolve(x.extent(-2)), n = x.tape->extents.resolve(x.extent(-1));
  if (m >= 0 && n >= 0 && m != n) x.tape->fail(graph::rule::square, x.shape(), x.shape());
  else x.tape->extents.equate(m, n, "square matrix", x.tape->line);
  return m < 0 || n < 0 || m == n;
}

/// part_function<F>: a part of the matrices in the last two axes.
template <auto Part> struct part_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return require_matrix(x) ? Part(x) : x;
  }
};
constexpr var diagonal_of(var x) { return squeezed(diagonal_row(x), 1u << (x.rank() - 2), {}); }
constexpr var trace_of(var x) {
  const unsigned last = 3u << (x.rank() - 2);
  return squeezed(sum::apply(kept_where(on_diagonal(x), x), last), last, {});
}

} // namespace ops

/// diagonal(x), trace(x): the elements whose last two indices are equal, and their sum.
/// shapes   x [.., m, n] -> [.., n] (zeros from m on), [..]
/// grad     ybar on the diagonal
/// errors   compile: x has fewer than two axes
/// accuracy diagonal exact; trace as sum
inline constexpr ops::part_function<ops::diagonal_of> diagonal{};
inline constexpr ops::part_function<ops::trace_of> trace{};

} // namespace fluxpp::inline v0_1
