// SPDX-License-Identifier: MIT
#pragma once
// operation<Op>: the function object a user calls; on numbers it computes, on vars it records.
#include "fluxpp/ops/broadcast.hpp"

namespace fluxpp::inline v0_1 {

namespace ops {

/// The shape that both broadcast to; a number that differs is a fault, a symbol becomes a check.
constexpr dims common_shape(graph::tape& t, const dims& a, const dims& b, const char* rule) {
  dims out = a.rank >= b.rank ? a : b;
  const dims& shorter = a.rank >= b.rank ? b : a;
  const int lead = out.rank - shorter.rank;
  for (int i = 0; i < shorter.rank; ++i) {
    const int x = t.extents.resolve(out[lead + i]), y = t.extents.resolve(shorter[i]);
    if (x == y || y == 1) continue;
    if (x == 1) {
      out[lead + i] = y;
    } else if (x >= 0 && y >= 0) {
      t.fail(graph::rule::broadcast, a, b);
    } else {
      t.extents.equate(x, y, rule, t.line);
      out[lead + i] = t.extents.resolve(x);
    }
  }
  return out;
}

constexpr int without_broadcast(const graph::tape& t, int id) {
  return t[id].op == &info<broadcast> ? t[id].args[0] : id;
}

/// Whether an operation is exact arithmetic on constants, and its value then.
constexpr bool folds(const graph::tape& t, const graph::node& n) {
  if (!n.op->foldable) return false;
  for (int i = 0; i < n.op->arity; ++i)
    if (t[n.args[i]].op != &graph::constant_op) return false;
  return true;
}
constexpr var folded(graph::tape& t, const graph::node& n) {
  double v[4]{};
  for (int i = 0; i < n.op->arity; ++i) v[i] = t[n.args[i]].value;
  return t.constant(n.op->evaluate(v));
}

/// record_alike(t, n, mixed): a node whose operands are scalars or have its shape; mixed when there are both.
constexpr var record_alike(graph::tape& t, graph::node& n, bool mixed) {
  if (mixed && n.shape != 0)
    for (int i = 0; i < n.op->arity; ++i)
      if (t[n.args[i]].shape != n.shape) n.args[i] = record(t, {&info<broadcast>, {n.args[i], -1, -1, -1}, n.shape}).id;
  return n.shape == 0 && folds(t, n) ? folded(t, n) : record(t, n);
}

/// Kinds of operands as bits, and one for scalars of any kind.
inline constexpr unsigned elementwise_bit = 1u << static_cast<int>(graph::kind::elementwise);
inline constexpr unsigned broadcast_bit = 1u << static_cast<int>(graph::kind::broadcast);
inline constexpr unsigned scalar_bit = 1u << 31;

/// An elementwise node: operands are broadcast to their common shape; what is the same for a whole axis is
/// computed once and then broadcast.
constexpr var record_elementwise(graph::tape& t, const graph::op_info& op, var* x) {
  graph::node n{&op};
  unsigned met = 0; // the kinds of the operands, as bits
  bool alike = true;
  for (int i = 0; i < op.arity; ++i) {
    if (x[i].tape == nullptr) x[i] = t.constant(x[i].number);
    n.args[i] = x[i].id;
    const graph::node& a = t[x[i].id];
    met |= a.shape == 0 ? scalar_bit : 1u << static_cast<int>(a.op->kind);
    if (a.shape == 0) continue;
    alike = alike && (n.shape == 0 || a.shape == n.shape);
    n.shape = a.shape;
  }
  // An array, and not of a single element: these are computed as scalars.
  const bool array =
      (met & elementwise_bit) != 0 || ((met & ~(scalar_bit | broadcast_bit)) != 0 && !t.shapes()[n.shape].single());
  if (n.shape == 0 || (alike && array)) return record_alike(t, n, (met & scalar_bit) != 0);
  dims shape, inner;
  int base[4]{};
  for (int i = 0; i < op.arity; ++i) {
    base[i] = without_broadcast(t, x[i].id);
    shape = common_shape(t, shape, x[i].shape(), op.name);
    inner = common_shape(t, inner, t.shape_of(base[i]), op.name);
  }
  const bool hoist = !(inner == shape) || inner.single();
  if (inner.single()) inner = {};
  for (int i = 0; i < op.arity; ++i) {
    const var operand = hoist ? var(t, base[i]) : x[i];
    n.args[i] = (inner.rank == 0 ? reshape::apply(operand, {}) : broadcast_to(operand, inner)).id;
  }
  if (folds(t, n)) return broadcast_to(folded(t, n), shape);
  n.shape = t.intern(inner);
  return broadcast_to(record(t, n), shape);
}

} // namespace ops

/// partials_requirement<Op>: a derivative with a slip in what it takes is no operation without derivative.
template <class Op> struct partials_requirement {
  static constexpr bool fits = !elementwise_op<Op> || has_partials<Op> || !states_partials<Op>;
  static_assert(fits, "fluxpp::elementwise<N>: partials(x..., y) must take the operands and then the value");
};

/// operation<Op>: calls an elementwise operation on numbers, on dual numbers, or records it on the tape of its vars.
template <class Op> struct operation {
  static_assert(
      elementwise_op<Op> || linear_op<Op> || custom_op<Op>,
      "fluxpp::operation<Op>: Op must derive from fx::elementwise<N> (name, forward, partials), fx::linear<N> "
      "(name, shape, transpose) or fx::custom<N> (name, shape, forward, jvp, vjp): see docs/adding_an_op.md");
  static_assert(sizeof(partials_requirement<Op>) > 0);
  using op = Op;

  constexpr var operator()(var x, int line = __builtin_LINE()) const requires(Op::arity == 1) { return named(line, x); }
  constexpr var operator()(var x, var y, int line = __builtin_LINE()) const requires(Op::arity == 2) {
    return named(line, x, y);
  }
  constexpr var operator()(var x, var y, var z, int line = __builtin_LINE()) const requires(Op::arity == 3) {
    return named(line, x, y, z);
  }
  template <std::floating_point V, std::same_as<V>... More>
  requires(elementwise_op<Op>&& Op::arity == 1 + sizeof...(More)) constexpr V operator()(V x, More... more) const {
    return Op::forward(x, more...);
  }
  /// Any other value type (dual numbers) brings its own rule, found in its namespace.
  template <class V, class... More>
  requires(elementwise_op<Op>&& Op::arity == 1 + sizeof...(More) &&
           requires(const V& x, const More&... more) { apply_operation(Op{}, x, more...); }) constexpr auto
  operator()(const V& x, const More&... more) const {
    return apply_operation(Op{}, x, more...);
  }

  /// The operation as an operator of the library, on the line of the operation that is being recorded.
  template <class... X> static constexpr var unnamed(X... x) {
    graph::tape* t = nullptr;
    ((t = x.tape != nullptr ? x.tape : t), ...);
    if (t == nullptr) {
      double v[]{x.number...};
      return var(ops::info<Op>.evaluate(v));
    }
    if constexpr (elementwise_op<Op>) {
      var args[]{x...};
      return ops::record_elementwise(*t, ops::info<Op>, args);
    } else {
      return ops::record<Op>(*t, Op::shape(x.shape()...), {}, x...);
    }
  }

private:
  template <class... X> static constexpr var named(int line, X... x) {
    ((x.tape != nullptr ? x.tape->note(line) : void()), ...);
    return unnamed(x...);
  }
};

} // namespace fluxpp::inline v0_1

#include "fluxpp/ops/arithmetic.hpp" // completes what is declared above
