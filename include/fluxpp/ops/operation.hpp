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

/// Folds an operation on constants; nan-safe since only exact arithmetic is foldable.
constexpr bool all_constant(const graph::tape& t, const graph::node& n) {
  for (int i = 0; i < n.op->arity; ++i)
    if (t[n.args[i]].op != &graph::constant_op) return false;
  return true;
}

/// An elementwise node: operands are broadcast to their common shape; what is the same for a whole axis is
/// computed once and then broadcast.
constexpr var record_elementwise(graph::tape& t, const graph::op_info& op, var* x) {
  dims shape, inner;
  int base[4]{};
  for (int i = 0; i < op.arity; ++i) {
    if (x[i].is_number()) x[i] = t.constant(x[i].number);
    base[i] = without_broadcast(t, x[i].id);
    shape = common_shape(t, shape, x[i].shape(), op.name);
    inner = common_shape(t, inner, t.shape_of(base[i]), op.name);
  }
  const bool hoist = !(inner == shape) || inner.single();
  if (inner.single()) inner = {};
  graph::node n{&op};
  for (int i = 0; i < op.arity; ++i) {
    const var operand = hoist ? var(t, base[i]) : x[i];
    n.args[i] = (inner.rank == 0 ? reshape::apply(operand, {}) : broadcast_to(operand, inner)).id;
  }
  if (op.foldable && all_constant(t, n)) {
    double v[4]{};
    for (int i = 0; i < op.arity; ++i) v[i] = t[n.args[i]].value;
    return broadcast_to(t.constant(op.evaluate(v)), shape);
  }
  n.shape = t.intern(inner);
  return broadcast_to(record(t, n), shape);
}

}  // namespace ops

/// operation<Op>: calls an elementwise operation on numbers, on dual numbers, or records it on the tape of its vars.
template <class Op> struct operation {
  static_assert(elementwise_op<Op> || linear_op<Op> || custom_op<Op>,
                "fluxpp::operation<Op>: Op must derive from fx::elementwise<N> (name, forward, partials), fx::linear<N> "
                "(name, shape, transpose) or fx::custom<N> (name, shape, forward, jvp, vjp): see docs/adding_an_op.md");
  using op = Op;

  constexpr var operator()(var x, int line = __builtin_LINE()) const
    requires(Op::arity == 1)
  {
    return on_tape(line, x);
  }
  constexpr var operator()(var x, var y, int line = __builtin_LINE()) const
    requires(Op::arity == 2)
  {
    return on_tape(line, x, y);
  }
  constexpr var operator()(var x, var y, var z, int line = __builtin_LINE()) const
    requires(Op::arity == 3)
  {
    return on_tape(line, x, y, z);
  }
  template <std::floating_point V, std::same_as<V>... More>
    requires(elementwise_op<Op> && Op::arity == 1 + sizeof...(More))
  constexpr V operator()(V x, More... more) const {
    return Op::forward(x, more...);
  }
  /// Any other value type (dual numbers) brings its own rule, found in its namespace.
  template <class V, class... More>
    requires(elementwise_op<Op> && Op::arity == 1 + sizeof...(More) &&
             requires(const V& x, const More&... more) { apply_operation(Op{}, x, more...); })
  constexpr auto operator()(const V& x, const More&... more) const {
    return apply_operation(Op{}, x, more...);
  }

 private:
  template <class... X> static constexpr var on_tape(int line, X... x) {
    graph::tape* t = nullptr;
    ((t = x.exists() ? x.tape : t), ...);
    if (t == nullptr) {
      double v[]{x.number...};
      return var(ops::info<Op>.evaluate(v));
    }
    t->line = line;
    if constexpr (elementwise_op<Op>) {
      var args[]{x...};
      return ops::record_elementwise(*t, ops::info<Op>, args);
    } else {
      return ops::record<Op>(*t, Op::shape(x.shape()...), {}, x...);
    }
  }
};

}  // namespace fluxpp::inline v0_1
