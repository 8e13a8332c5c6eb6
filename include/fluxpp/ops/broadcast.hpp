// SPDX-License-Identifier: MIT
#pragma once
// broadcast, reshape and sum: views and the reduction that are each other's adjoints.
#include "fluxpp/ops/rules.hpp"

namespace fluxpp::inline v0_1 {

/// axes: the axes an operation acts on; negative ones count from the end; none given means all.
struct axes {
  int count = 0;
  int axis[max_rank]{};
  bool all = false;
  bool keep = false; ///< reduced axes stay, with extent 1

  constexpr axes() : all(true) {}
  template <std::same_as<int>... Index>
  constexpr axes(int first, Index... more) : count(1 + int{sizeof...(Index)}), axis{first, more...} {}
  constexpr axes kept() const {
    axes a = *this;
    a.keep = true;
    return a;
  }
  /// Bit i is set when axis i of an array of this rank is meant.
  constexpr unsigned mask(int rank) const {
    unsigned m = all ? (1u << rank) - 1 : 0;
    for (int i = 0; i < count; ++i) {
      const int a = axis[i] < 0 ? axis[i] + rank : axis[i];
      m |= a >= 0 && a < rank ? 1u << a : 1u << max_rank;
    }
    return m;
  }
};
/// all axes, kept with extent 1: fx::sum(x, fx::keep_dims).
inline constexpr axes keep_dims = axes{}.kept();

namespace ops {

/// The shape with the axes in mask set to 1, and the shape without them.
constexpr dims kept_shape(dims d, unsigned mask) {
  for (int i = 0; i < d.rank; ++i)
    if (mask >> i & 1u) d[i] = 1;
  return d;
}
constexpr dims squeezed_shape(const dims& d, unsigned mask) {
  dims out;
  for (int i = 0; i < d.rank; ++i)
    if (!(mask >> i & 1u)) out = out.with(d[i]);
  return out;
}
constexpr int element_count(graph::tape& t, const dims& d) {
  int n = 1;
  for (int i = 0; i < d.rank; ++i) n = t.extents.product(n, d[i]);
  return n;
}

constexpr var broadcast_to(var x, const dims& shape);
constexpr var sum_to(var x, const dims& shape);

/// reshape(x): the same elements in the same order under another shape; a view.
struct reshape : linear<1> {
  static constexpr auto name = "reshape";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var x, const dims& shape) {
    return x.shape() == shape ? x : record<reshape>(*x.tape, shape, {}, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) { return apply(ybar, y.arg(0).shape()); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::node& x = t[n.args[0]];
    if (x.op->kind == graph::kind::broadcast && t.shape_of(n.args[0]).single()) return again(t, n, x.args[0]);
    return x.op == &info<reshape> ? again(t, n, x.args[0]) : -1;
  }

private:
  static constexpr int again(graph::tape& t, graph::node n, int x) {
    n.args[0] = x;
    return t[x].shape == n.shape ? x : record(t, n).id;
  }
};

/// broadcast(x): a view of x with axes of extent 1, and missing leading axes, repeated.
struct broadcast : linear<1> {
  static constexpr auto name = "broadcast";
  static constexpr auto kind = graph::kind::broadcast;
  static constexpr var transpose(const node_view& y, var ybar, int) { return sum_to(ybar, y.arg(0).shape()); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::node& x = t[n.args[0]];
    if (x.shape == n.shape) return n.args[0];
    if (t.shapes()[n.shape].single()) return reshape::apply({t, n.args[0]}, t.shapes()[n.shape]).id;
    const bool of_scalar = x.op == &info<reshape> && t.shapes()[x.shape].single();
    if (x.op != &info<broadcast> && !of_scalar) return -1;
    graph::node direct = n;
    direct.args[0] = x.args[0];
    return record(t, direct).id;
  }
};

/// The scalar s when node id is s repeated over an array; -1 otherwise.
constexpr int scalar_factor(const graph::tape& t, int id) {
  if (t[id].op != &info<broadcast>) return -1;
  const int s = t[id].args[0];
  return t.shape_of(s).rank == 0 ? s : -1;
}

/// The reduction Op over the axes in the mask, which keep extent 1; a node of one element is a scalar.
template <class Op> constexpr var reduce(var x, unsigned mask) {
  const dims kept = kept_shape(x.shape(), mask);
  if (kept == x.shape()) return x;
  return reshape::apply(record<Op>(*x.tape, kept.single() ? dims{} : kept, graph::make_attributes(mask), x), kept);
}

/// sum(x): the sum over the axes in the mask (attribute 0), which keep extent 1.
struct sum : linear<1> {
  static constexpr auto name = "sum";
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = graph::fold::sum;
  static constexpr var apply(var x, unsigned mask) { return reduce<sum>(x, mask); }
  static constexpr var transpose(const node_view& y, var ybar, int) { return broadcast_to(ybar, y.arg(0).shape()); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
};

constexpr var broadcast_to(var x, const dims& shape) {
  return x.shape() == shape ? x : record<broadcast>(*x.tape, shape, {}, x);
}

/// v with the shape that it must have; one that differs is a fault, one with other names is checked at the call.
constexpr var fitted(var v, const dims& shape, const char* rule, graph::rule fault) {
  graph::tape& t = *v.tape;
  const dims given = v.shape();
  bool fits = given.rank <= shape.rank;
  for (int i = 1; fits && i <= given.rank; ++i) {
    const int is = t.extents.resolve(given[given.rank - i]), must_be = t.extents.resolve(shape[shape.rank - i]);
    if (is == 1 || is == must_be) continue;
    if (is >= 0 && must_be >= 0) fits = false;
    else t.extents.equate(must_be, is, rule, t.line);
  }
  if (!fits) t.fail(fault, shape, given);
  return broadcast_to(fits ? v : t.constant(0), shape);
}

/// The adjoint of broadcasting: sums x down to a shape that broadcasts to x's shape.
constexpr var sum_to(var x, const dims& shape) {
  const dims from = x.shape();
  const int lead = from.rank - shape.rank;
  unsigned mask = 0;
  for (int i = 0; i < from.rank; ++i)
    if (i < lead || (shape[i - lead] == 1 && from[i] != 1)) mask |= 1u << i;
  return reshape::apply(sum::apply(x, mask), shape);
}

/// The number of elements folded by a mask, as a scalar.
constexpr var folded_count(graph::tape& t, const dims& d, unsigned mask) {
  int n = 1;
  for (int i = 0; i < d.rank; ++i)
    if (mask >> i & 1u) n = t.extents.product(n, d[i]);
  if (n >= 0) return t.constant(n);
  return t.extent(n);
}

} // namespace ops

} // namespace fluxpp::inline v0_1

#include "fluxpp/ops/operation.hpp" // completes what is declared above
