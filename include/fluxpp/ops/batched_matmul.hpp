// SPDX-License-Identifier: MIT
#pragma once
// batched_matmul: one matrix product for every index of the leading axes.
#include "fluxpp/ops/permute.hpp"

namespace fluxpp::inline v0_1::ops {

/// The rows (axis 0) or columns (1) of the last two axes, read transposed or not.
constexpr int matrix_extent(const dims& d, int axis, bool transposed) {
  return d[d.rank - (axis == int{transposed} ? 2 : 1)];
}

/// The axes before the last two.
constexpr dims lead_of(const dims& d) {
  dims lead;
  for (int i = 0; i + 2 < d.rank; ++i) lead = lead.with(d[i]);
  return lead;
}

/// A contraction of the columns of a with the rows of b; a mismatch is a fault or a check.
constexpr void contract(graph::tape& t, const dims& a, const dims& b, bool ta, bool tb) {
  if (!same_extent(t, matrix_extent(a, 1, ta), matrix_extent(b, 0, tb), "matmul")) t.fail(graph::rule::matmul, a, b);
}

/// A product of matrices reads a transposed operand as it lies: permutations that swap the last two axes become flags.
constexpr int absorb_transposes(graph::tape& t, const graph::node& n) {
  graph::node direct = n;
  graph::attributes flags = t.attribute_table()[n.attr];
  for (int i = 0; i < 2; ++i) {
    const int rank = t.shape_of(n.args[i]).rank;
    if (t[n.args[i]].op != &info<permute> || !(t.attributes_of(n.args[i]) == swapped(rank, rank - 2, rank - 1)))
      continue;
    direct.args[i] = t[n.args[i]].args[0];
    flags.value[i] = 1 - flags.value[i];
  }
  if (direct.args[0] == n.args[0] && direct.args[1] == n.args[1]) return -1;
  direct.attr = t.intern(flags);
  return record(t, direct).id;
}

/// batched_matmul(a, b): a b for every index of the leading axes, where an extent of 1 repeats; attributes 0 and 1 say
/// which operand is read transposed.
/// grad     in a: ybar b', in b: a' ybar, summed where an axis repeats
struct batched_matmul : linear<2> {
  static constexpr auto name = "batched_matmul";
  static constexpr var apply(var a, var b, bool ta, bool tb) {
    graph::tape& t = *a.tape;
    const dims shape = common_shape(t, lead_of(a.shape()), lead_of(b.shape()), name)
                           .with(matrix_extent(a.shape(), 0, ta))
                           .with(matrix_extent(b.shape(), 1, tb));
    return record<batched_matmul>(t, shape, graph::make_attributes(ta, tb), a, b);
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) { return absorb_transposes(t, n); }
  static constexpr var transpose(const node_view& y, var ybar, int i) {
    const bool ta = y.attr(0) != 0, tb = y.attr(1) != 0;
    const var x = y.arg(i), other = y.arg(1 - i);
    const bool swap = i == 0 ? ta : tb; // the cotangent of x' is the transpose of that of x
    const var xbar = i == 0 ? (swap ? apply(other, ybar, tb, true) : apply(ybar, other, false, !tb))
                            : (swap ? apply(ybar, other, true, ta) : apply(other, ybar, !ta, false));
    return sum_to(xbar, x.shape());
  }
};

} // namespace fluxpp::inline v0_1::ops
