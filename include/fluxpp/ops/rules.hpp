// SPDX-License-Identifier: MIT
#pragma once
// The four kinds of rule an operation may state, and the traits and derivative hooks that follow from each.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/graph/tape.hpp"

#include <array>
#include <concepts>
#include <utility>

namespace fluxpp::inline v0_1 {

using graph::node_view;
using graph::pullback;
using graph::pushforward;
using graph::var;

// What vars compute with in the library itself, where operators belong to the line of the operation that is being recorded;
// users' operators are those of graph, which know their line. ops/arithmetic.hpp defines both.
constexpr var operator+(var a, var b);
constexpr var operator-(var a, var b);
constexpr var operator*(var a, var b);
constexpr var operator/(var a, var b);
constexpr var operator-(var x);

/// Facts an operation inherits; each may be restated in the operation.
struct rule_defaults {
  static constexpr int cost = 4;
  static constexpr bool commutative = false;
  static constexpr bool integer = false;
  static constexpr bool foldable = false;
  static constexpr bool random = false;
  static constexpr graph::fold fold = graph::fold::none;
};

/// kink: a point where a derivative jumps, and the slope that the operation states there.
struct kink {
  double x;
  double slope;
};

/// elementwise<N>: states forward(x...) on plain values and partials(x..., y) on any value; without partials the
/// derivative is zero wherever it exists (floor, comparisons).
template <int Arity> struct elementwise : rule_defaults {
  static constexpr auto kind = graph::kind::elementwise;
  static constexpr int arity = Arity;
};

/// linear<N>: linear in each operand; states transpose(y, ybar, i), the adjoint with respect to operand i.
template <int Arity> struct linear : rule_defaults {
  static constexpr auto kind = graph::kind::step;
  static constexpr int arity = Arity;
  static constexpr bool is_linear = true;
};

/// custom<N>: states vjp(y, ybar, i), the cotangent of operand i, and jvp(y, tangents).
template <int Arity> struct custom : rule_defaults {
  static constexpr auto kind = graph::kind::step;
  static constexpr int arity = Arity;
};

/// An elementwise operation says how to compute a value and its partial derivatives.
template <class Op> concept has_partials = requires(std::array<var, 4> x) {
  { Op::arity } -> std::convertible_to<int>;
  requires(Op::arity == 1 && requires { Op::partials(x[0], x[0]); }) ||
      (Op::arity == 2 && requires { Op::partials(x[0], x[0], x[0]); }) ||
      (Op::arity == 3 && requires { Op::partials(x[0], x[0], x[0], x[0]); });
};
/// A function of this name is there, whatever it takes.
template <class Op> concept states_partials = requires { &Op::partials; }
|| requires { &Op::template partials<var>; };
template <class Op> concept elementwise_op = Op::kind == graph::kind::elementwise&& requires { Op::name; };
template <class Op> concept linear_op = requires(const node_view& y) {
  requires Op::is_linear;
  { Op::transpose(y, var{}, 0) } -> std::same_as<var>;
};
template <class Op> concept custom_op = requires(const node_view& y, const pushforward& p) {
  { Op::vjp(y, var{}, 0) } -> std::same_as<var>;
  { Op::jvp(y, p) } -> std::same_as<var>;
};

namespace ops {
/// Found by argument-dependent look-up for the library's own operations, and only for them.
constexpr bool is_own_operation(const void*) { return true; }
} // namespace ops
template <class Op> inline constexpr bool is_builtin = requires(const Op* op) { is_own_operation(op); };
/// Where the compiled forms of a user's operation stand; completed in kernels/.
template <class Op> struct compiled_form;

namespace ops {

/// Op::f(x[0], ..., x[n-1]) for the operation's arity.
template <class Op, class V> constexpr V forward_at(const V* x) {
  if constexpr (Op::arity == 0) return Op::template forward<V>();
  if constexpr (Op::arity == 1) return Op::forward(x[0]);
  if constexpr (Op::arity == 2) return Op::forward(x[0], x[1]);
  if constexpr (Op::arity == 3) return Op::forward(x[0], x[1], x[2]);
}
template <class Op, class V> constexpr auto partials_at(const V* x, const V& y) {
  if constexpr (Op::arity == 1) return Op::partials(x[0], y);
  if constexpr (Op::arity == 2) return Op::partials(x[0], x[1], y);
  if constexpr (Op::arity == 3) return Op::partials(x[0], x[1], x[2], y);
}

template <class Op> constexpr auto partials_of(const node_view& y) {
  var x[4];
  for (int i = 0; i < Op::arity; ++i) x[i] = y.arg(i);
  return partials_at<Op>(x, y.result());
}

/// A partial stated as V(0) is structural: it records nothing.
constexpr bool is_zero(var slope) { return slope.is_number() && slope.number == 0; }

/// direction * slope; a slope of 1 or -1 needs no product.
constexpr var scaled(var direction, var slope) {
  if (!slope.is_number()) return direction * slope;
  return slope.number == 1 ? direction : slope.number == -1 ? -direction : direction * slope;
}

/// The reverse rule that follows from what the operation states.
template <class Op> constexpr void adjoint_of(const node_view& y, pullback& p) {
  if constexpr (Op::integer) {
    return;
  } else if constexpr (elementwise_op<Op>) {
    if constexpr (has_partials<Op>) {
      const auto d = partials_of<Op>(y);
      for (int i = 0; i < Op::arity; ++i)
        if (const var slope = d[static_cast<unsigned>(i)]; p.wanted[i] && !is_zero(slope))
          p.contribution[i] = scaled(p.ybar, slope);
    }
  } else if constexpr (linear_op<Op>) {
    for (int i = 0; i < Op::arity; ++i)
      if (p.wanted[i]) p.contribution[i] = Op::transpose(y, p.ybar, i);
  } else if constexpr (custom_op<Op>) {
    for (int i = 0; i < Op::arity; ++i)
      if (p.wanted[i]) p.contribution[i] = Op::vjp(y, p.ybar, i);
  }
}

/// The same operation on the same node with operand i replaced.
constexpr var with_operand(const node_view& y, int i, var x) {
  graph::node n = y.node;
  n.args[i] = x.id;
  return {*y.tape, y.tape->push(n)};
}

constexpr var plus(var a, var b) { return a.exists() ? (b.exists() ? a + b : a) : b; }

/// The forward rule that follows from what the operation states; a var that does not exist is a zero tangent.
template <class Op> constexpr var tangent_of(const node_view& y, pushforward& p) {
  var dy;
  if constexpr (Op::integer) {
    return dy;
  } else if constexpr (elementwise_op<Op>) {
    if constexpr (has_partials<Op>) {
      const auto d = partials_of<Op>(y);
      for (int i = 0; i < Op::arity; ++i)
        if (const var slope = d[static_cast<unsigned>(i)]; p.dx[i].exists() && !is_zero(slope))
          dy = plus(dy, scaled(p.dx[i], slope));
    }
  } else if constexpr (linear_op<Op>) {
    for (int i = 0; i < Op::arity; ++i)
      if (p.dx[i].exists()) dy = plus(dy, with_operand(y, i, p.dx[i]));
  } else if constexpr (custom_op<Op>) {
    dy = Op::jvp(y, p);
  }
  return dy;
}

template <class Op> constexpr int rewrite_of(graph::tape& t, const graph::node& n) { return Op::rewrite(t, n); }
template <class Op> constexpr double evaluate_at(const double* x) { return forward_at<Op>(x); }

template <class Op> constexpr graph::op_info make_facts() {
  graph::op_info i{Op::name,        hash_of(Op::name), Op::kind,     Op::arity,  Op::cost,
                   Op::commutative, Op::integer,       Op::foldable, Op::random, Op::fold,
                   nullptr,         nullptr,           nullptr,      nullptr,    nullptr};
  if constexpr (!is_builtin<Op>) i.custom = &compiled_form<Op>::value;
  return i;
}
/// facts<Op>: the traits of an operation in a finished program.
template <class Op> inline constexpr graph::op_info facts = make_facts<Op>();

template <class Op> constexpr graph::op_info make_info() {
  graph::op_info i = make_facts<Op>();
  i.adjoint = &adjoint_of<Op>, i.tangent = &tangent_of<Op>, i.facts = &facts<Op>;
  if constexpr (elementwise_op<Op>) i.evaluate = &evaluate_at<Op>;
  if constexpr (requires { &Op::rewrite; }) i.rewrite = &rewrite_of<Op>;
  return i;
}
/// info<Op>: the one traits object of an operation; its address is the operation's identity in a program.
template <class Op> inline constexpr graph::op_info info = make_info<Op>();

/// record(t, node): the node, after the operation's identities have been tried.
constexpr var record(graph::tape& t, graph::node n) {
  if (const int a = n.args[0]; n.op->commutative && n.args[1] < a) n.args[0] = n.args[1], n.args[1] = a;
  if (n.op->rewrite != nullptr) {
    const int simpler = n.op->rewrite(t, n);
    if (simpler >= 0) return {t, simpler};
  }
  n.line = t.line;
  return {t, t.push(n)};
}
template <class Op, class... A>
constexpr var record(graph::tape& t, const dims& shape, const graph::attributes& a, A... args) {
  graph::node n{&info<Op>, {args.id...}, t.intern(shape), t.intern(a)};
  for (int i = sizeof...(A); i < 4; ++i) n.args[i] = -1;
  return record(t, n);
}

} // namespace ops
} // namespace fluxpp::inline v0_1

#include "fluxpp/ops/broadcast.hpp" // completes what is declared above
