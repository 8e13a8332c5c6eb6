// SPDX-License-Identifier: MIT
#pragma once
// einsum: sums of products of arrays, by the letters of their axes.
#include "fluxpp/ops/labelled.hpp"
#include "fluxpp/ops/matmul.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// contraction: two arrays, their letters in groups: in both and in the result (batch) or not (inner), in one only
/// (rows, columns).
struct contraction {
  labelled a, b;
  letters batch, inner, rows, columns;

  constexpr contraction(const labelled& left, const labelled& right, const letters& result) : a(left), b(right) {
    for (int i = 0; i < a.of.count; ++i) {
      const char c = a.of[i];
      (!b.of.has(c) ? rows : result.has(c) ? batch : inner).push(c);
    }
    for (int i = 0; i < b.of.count; ++i)
      if (!a.of.has(b.of[i])) columns.push(b.of[i]);
  }
  constexpr var value(const letters& result) const {
    if (inner.count == 0) return a.arranged(result) * b.arranged(result);
    if (rows.count > 0 || columns.count > 0) return product().arranged(result);
    const letters all = batch + inner;
    const unsigned summed = (1u << all.count) - (1u << batch.count);
    return labelled{a.arranged(all) * b.arranged(all), all}.without(summed).arranged(result);
  }

private:
  constexpr labelled product() const {
    graph::tape& t = *a.x.tape;
    const dims lead = a.extents(batch), below = a.extents(rows), beside = b.extents(columns);
    const int n = element_count(t, lead), m = element_count(t, below), k = element_count(t, a.extents(inner));
    const int l = element_count(t, beside);
    const var left = a.arranged(batch + rows + inner), right = b.arranged(batch + inner + columns);
    const var y = batch.count == 0 ? matmul::apply(reshape::apply(left, make_dims(m, k)),
                                                   reshape::apply(right, make_dims(k, l)), false, false)
                                   : batched_matmul::apply(reshape::apply(left, make_dims(n, m, k)),
                                                           reshape::apply(right, make_dims(n, k, l)), false, false);
    const dims shape = lead.replaced(lead.rank, 0, below).replaced(lead.rank + below.rank, 0, beside);
    return {reshape::apply(y, shape), batch + rows + columns};
  }
};

/// Each operand has an axis for each letter, and a letter has one extent.
constexpr bool fits(const subscripts& s, const var* x) {
  graph::tape& t = *x[0].tape;
  for (int k = 0; k < s.operands; ++k) {
    const letters& of = s.operand[k];
    if (x[k].rank() != of.count) return false;
    for (int i = 0; i < of.count; ++i) {
      const int first = s.operand[0].find(of[i]);
      const int expected = first >= 0 ? x[0].extent(first) : x[k].extent(of.find(of[i]));
      if (!same_extent(t, expected, x[k].extent(i), "einsum")) return false;
    }
  }
  return true;
}

constexpr var einsum(const subscripts& s, const var* x, int operands) {
  graph::tape& t = *x[0].tape;
  const dims second = operands == 2 ? x[1].shape() : dims{};
  const bool valid = s.valid && s.operands == operands;
  if (!valid || !fits(s, x)) {
    t.fail(valid ? graph::rule::einsum : graph::rule::subscripts, x[0].shape(), second);
    return x[0];
  }
  labelled part[2];
  for (int k = 0; k < s.operands; ++k) {
    part[k] = labelled{x[k], s.operand[k]}.diagonal();
    unsigned alone = 0; // letters of nothing else
    for (int i = 0; i < part[k].of.count; ++i)
      if (const char c = part[k].of[i]; !s.result.has(c) && !s.operand[1 - k].has(c)) alone |= 1u << i;
    part[k] = part[k].without(alone);
  }
  return s.operands == 1 ? part[0].arranged(s.result) : contraction(part[0], part[1], s.result).value(s.result);
}

template <text Subscripts> struct einsum_function {
  static constexpr subscripts read{Subscripts.view()};

  constexpr var operator()(var a, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    return einsum(read, &a, 1);
  }
  constexpr var operator()(var a, var b, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    const var both[]{a, b};
    return einsum(read, both, 2);
  }
};

} // namespace ops

/// einsum<"bij,bjk->bik">(a, b): the product of arrays summed over every letter that the result lacks; a letter twice
/// in one operand means its diagonal.
/// shapes   one axis for each letter: a [b, i, j], b [b, j, k] -> [b, i, k]
/// grad     sums of products of ybar with the other operand
/// errors   compile: subscripts that say nothing, another rank, a letter with two extents; run: so with named extents
///          (shape_error)
/// accuracy as matmul
/// source   Einstein 1916, doi:10.1002/andp.19163540702
template <text Subscripts> inline constexpr ops::einsum_function<Subscripts> einsum{};

} // namespace fluxpp::inline v0_1
