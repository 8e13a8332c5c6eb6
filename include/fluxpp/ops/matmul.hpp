// SPDX-License-Identifier: MIT
#pragma once
// matmul: products of matrices, vectors and arrays of matrices.
#include "fluxpp/ops/batched_matmul.hpp"
#include "fluxpp/ops/gather.hpp"
#include "fluxpp/ops/pin.hpp"
#include "fluxpp/ops/reshape.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// A matrix that is constant along the contracted axis takes sums of the other matrix out of the product: what is left is an
/// outer product. Such a matrix is the cotangent of a sum, or of a mean.
constexpr int contract_constants(graph::tape& t, const graph::node& n) {
  const graph::attributes flags = t.attribute_table()[n.attr];
  for (int i = 0; i < 2; ++i) {
    const graph::node operand = t[n.args[i]];
    const int along = flags.value[i] != i ? 0 : 1; // the contracted axis, as the operand lies: columns of a, rows of b
    if (operand.op != &info<broadcast>) continue;
    const dims from = t.shape_of(operand.args[0]), to = t.shapes()[operand.shape];
    const auto extent = [&](int axis) { return axis + from.rank < 2 ? 1 : from[axis + from.rank - 2]; };
    if (extent(along) != 1 || to[along] == 1) continue;
    const var other{t, n.args[1 - i]};
    const dims shape = t.shapes()[n.shape];
    const int kept = extent(1 - along), summed = flags.value[1 - i] != i ? 1 : 0;
    const var sums = sum::apply(other, 1u << summed), constant = {t, operand.args[0]};
    const var left =
        i == 0 ? reshape::apply(constant, make_dims(kept, 1)) : reshape::apply(sums, make_dims(shape[0], 1));
    const var right =
        i == 0 ? reshape::apply(sums, make_dims(1, shape[1])) : reshape::apply(constant, make_dims(1, kept));
    return broadcast_to(left * right, shape).id;
  }
  return -1;
}

constexpr int multiply_before_gather(graph::tape& t, const graph::node& n);

/// matmul(a, b): the product of two matrices; attributes 0 and 1 say which is read transposed.
/// grad     in a: ybar b', in b: a' ybar
struct matmul : linear<2> {
  static constexpr auto name = "matmul";
  static constexpr var apply(var a, var b, bool ta, bool tb) {
    const dims shape = make_dims(matrix_extent(a.shape(), 0, ta), matrix_extent(b.shape(), 1, tb));
    return record<matmul>(*a.tape, shape, graph::make_attributes(ta, tb), a, b);
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    int equal = absorb_transposes(t, n);
    if (equal < 0) equal = contract_constants(t, n);
    return equal < 0 ? multiply_before_gather(t, n) : equal;
  }
  static constexpr var transpose(const node_view& y, var ybar, int i) {
    const bool ta = y.attr(0) != 0, tb = y.attr(1) != 0;
    const var other = y.arg(1 - i);
    if (i == 0) return ta ? apply(other, ybar, tb, true) : apply(ybar, other, false, !tb);
    return tb ? apply(ybar, other, true, ta) : apply(other, ybar, !ta, false);
  }
};

/// Rows that are taken from fewer (embeddings of tokens) are multiplied before they are taken, each once.
constexpr int multiply_before_gather(graph::tape& t, const graph::node& n) {
  const graph::node taken = t[n.args[0]];
  if (taken.op != &info<gather> || !gathers_rows(t, n.args[0]) || t[taken.args[0]].op == &info<pin>) return -1;
  const graph::attributes flags = t.attribute_table()[n.attr];
  const var x{t, taken.args[0]}, index{t, taken.args[1]};
  const int rows = t.extents.resolve(x.extent(0)), wanted = t.extents.resolve(index.extent(0));
  if (flags.value[0] != 0 || rows < 0 || rows >= wanted) return -1;
  return gather::apply(matmul::apply(x, {t, n.args[1]}, false, flags.value[1] != 0), index, 0).id;
}

/// A product of matrices, the operands read transposed or not; leading axes repeat. Nothing where either is nothing.
constexpr var product(var a, var b, bool ta = false, bool tb = false) {
  if (!a.exists() || !b.exists()) return {};
  return a.rank() == 2 && b.rank() == 2 ? matmul::apply(a, b, ta, tb) : batched_matmul::apply(a, b, ta, tb);
}

struct matmul_function {
  constexpr var operator()(var a, var b, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(a.exists() ? a : b, line);
    if (a.rank() == 0 || b.rank() == 0) {
      t.fail(graph::rule::matmul, a.shape(), b.shape());
      return a;
    }
    const bool row = a.rank() == 1, column = b.rank() == 1;
    if (row) a = reshape::apply(a, make_dims(1, a.extent(0)));
    if (column) b = reshape::apply(b, make_dims(b.extent(0), 1));
    contract(t, a.shape(), b.shape(), false, false);
    const var y = product(t, a, b);
    const unsigned last = 1u << (y.rank() - 1);
    return reshape::apply(y, squeezed_shape(y.shape(), (row ? last >> 1 : 0) | (column ? last : 0)));
  }

private:
  static constexpr var product(graph::tape& t, var a, var b) {
    if (a.rank() == 2 && b.rank() == 2) return matmul::apply(a, b, false, false);
    if (b.rank() > 2) return batched_matmul::apply(a, b, false, false);
    dims lead = a.shape(); // one matrix for all: one long product
    const int columns = lead[--lead.rank];
    lead[lead.rank] = 0;
    const var rows = reshape::apply(a, make_dims(element_count(t, lead), columns));
    return reshape::apply(matmul::apply(rows, b, false, false), lead.with(b.extent(1)));
  }
};

} // namespace ops

/// matmul(a, b): the matrix product; a vector is a row on the left, a column on the right; leading axes broadcast.
/// shapes   a [.., m, k], b [.., k, n] -> [.., m, n]
/// grad     in a: ybar b', in b: a' ybar
/// errors   compile: k differs, a scalar; run: a named k differs (shape_error)
/// accuracy 4 sqrt(k) ulp of |a| |b|
inline constexpr ops::matmul_function matmul{};

} // namespace fluxpp::inline v0_1
