// SPDX-License-Identifier: MIT
#pragma once
// batched_matmul: one matrix product for every index of the leading axes.
#include "fluxpp/ops/permute.hpp"

namespace fluxpp::inline v0_1::ops {

/// The rows (axis 0) or columns (1) of the last two axes, read transposed or not.
constexpr int matrix_extent(const dims& d, int axis, bool transposed) { return d[d.rank - (axis == int{transposed} ? 2 : 1)]; }

/// A contraction of the columns of a with the rows of b; a mismatch is a fault or a check.
constexpr void contract(graph::tape& t, const dims& a, const dims& b, bool ta, bool tb) {
  const int k = t.extents.resolve(matrix_extent(a, 1, ta)), l = t.extents.resolve(matrix_extent(b, 0, tb));
  if (k >= 0 && l >= 0 && k != l) t.fail(graph::rule::matmul, a, b);
  if (k < 0 || l < 0) t.extents.equate(k, l, "matmul", t.line);
}

/// The transposes of both operands that a matrix product reads as they lie.
struct transposed_operands {
  var a, b;
  bool ta, tb;

  /// Looks through permutations that swap the last two axes.
  constexpr void absorb() {
    const auto through = [](var& x, bool& flag) {
      const graph::node& n = (*x.tape)[x.id];
      if (n.op != &info<permute>) return;
      if (!(x.tape->attributes_of(x.id) == swapped(x.rank(), x.rank() - 2, x.rank() - 1))) return;
      x = {*x.tape, n.args[0]};
      flag = !flag;
    };
    through(a, ta);
    through(b, tb);
  }
};

/// batched_matmul(a, b): a b for every index of the leading axes, where an extent of 1 repeats; attributes 0 and 1 say
/// which operand is read transposed.
/// grad     in a: ybar b', in b: a' ybar, summed where an axis repeats
struct batched_matmul : linear<2> {
  static constexpr auto name = "batched_matmul";
  static constexpr var apply(var a, var b, bool ta, bool tb) {
    graph::tape& t = *a.tape;
    transposed_operands x{a, b, ta, tb};
    x.absorb();
    const dims da = x.a.shape(), db = x.b.shape();
    dims lead_a = da, lead_b = db;
    lead_a.rank -= 2, lead_b.rank -= 2;
    lead_a[lead_a.rank] = lead_a[lead_a.rank + 1] = lead_b[lead_b.rank] = lead_b[lead_b.rank + 1] = 0;
    const dims shape = common_shape(t, lead_a, lead_b, name)
                           .with(matrix_extent(da, 0, x.ta))
                           .with(matrix_extent(db, 1, x.tb));
    return record<batched_matmul>(t, shape, graph::make_attributes(x.ta, x.tb), x.a, x.b);
  }
  static constexpr var transpose(const node_view& y, var ybar, int i) {
    const bool ta = y.attr(0) != 0, tb = y.attr(1) != 0;
    const var x = y.arg(i), other = y.arg(1 - i);
    const bool swap = i == 0 ? ta : tb;  // the cotangent of x' is the transpose of that of x
    const var xbar = i == 0 ? (swap ? apply(other, ybar, tb, true) : apply(ybar, other, false, !tb))
                            : (swap ? apply(ybar, other, true, ta) : apply(other, ybar, !ta, false));
    return sum_to(xbar, x.shape());
  }
};

}  // namespace fluxpp::inline v0_1::ops
