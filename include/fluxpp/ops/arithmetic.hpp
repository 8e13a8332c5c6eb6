// SPDX-License-Identifier: MIT
#pragma once
// add, sub, mul, div, neg: the field operations, which rewrite each other and so share a file.
#include "fluxpp/ops/operation.hpp"

#include <limits>

namespace fluxpp::inline v0_1 {
namespace ops {

/// constant_at(t, id): the number that node id is or repeats; nullptr when it is none.
constexpr const double* constant_at(const graph::tape& t, int id) {
  const graph::node* n = &t[id];
  if (n->op->kind == graph::kind::broadcast) n = &t[n->args[0]];
  return n->op == &graph::constant_op ? &n->value : nullptr;
}
constexpr bool is_constant(const graph::tape& t, int id, double v) {
  const double* const k = constant_at(t, id);
  return k != nullptr && *k == v;
}

/// a + b, elementwise.
/// accuracy 0.5 ulp
struct add : elementwise<2> {
  static constexpr auto name = "add";
  static constexpr int cost = 1;
  static constexpr bool commutative = true, foldable = true;
  template <class V> static constexpr V forward(V a, V b) { return a + b; }
  template <class V> static constexpr std::array<V, 2> partials(V, V, V) { return {V(1), V(1)}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 0.5;
};

/// a - b, elementwise.
/// accuracy 0.5 ulp
struct sub : elementwise<2> {
  static constexpr auto name = "sub";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V a, V b) { return a - b; }
  template <class V> static constexpr std::array<V, 2> partials(V, V, V) { return {V(1), V(-1)}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 0.5;
};

/// a * b, elementwise. Scalar factors move outwards, so that loops multiply by one scalar at most; a product of scalar
/// factors overflows where it would not if each met the array first.
/// accuracy 0.5 ulp
struct mul : elementwise<2> {
  static constexpr auto name = "mul";
  static constexpr int cost = 1;
  static constexpr bool commutative = true, foldable = true;
  template <class V> static constexpr V forward(V a, V b) { return a * b; }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) { return {b, a}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 0.5;
};

/// a / b, elementwise. Division of an array by a scalar is multiplication by its reciprocal, which overflows where 1 / b
/// does (|b| below 3e-39 in float, 6e-309 in double).
/// accuracy 0.5 ulp; 1 ulp when b is a scalar and a is not
struct div : elementwise<2> {
  static constexpr auto name = "div";
  static constexpr bool foldable = false; // 1 / 0 is no constant expression; rewrite knows which quotients are
  template <class V> static constexpr V forward(V a, V b) { return a / b; }
  template <class V> static constexpr std::array<V, 2> partials(V, V b, V y) {
    V r = 1 / b;
    return {r, -y * r};
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 1;
};

/// -x, elementwise.
/// accuracy exact
struct neg : elementwise<1> {
  static constexpr auto name = "neg";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) { return -x; }
  template <class V> static constexpr std::array<V, 1> partials(V, V) { return {V(-1)}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{-2.0, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops

inline constexpr operation<ops::add> add{};
inline constexpr operation<ops::sub> sub{};
inline constexpr operation<ops::mul> mul{};
inline constexpr operation<ops::div> div{};
inline constexpr operation<ops::neg> neg{};

constexpr var operator+(var a, var b) { return operation<ops::add>::unnamed(a, b); }
constexpr var operator-(var a, var b) { return operation<ops::sub>::unnamed(a, b); }
constexpr var operator*(var a, var b) { return operation<ops::mul>::unnamed(a, b); }
constexpr var operator/(var a, var b) { return operation<ops::div>::unnamed(a, b); }
constexpr var operator-(var x) { return operation<ops::neg>::unnamed(x); }

namespace graph {
constexpr var operator+(located a, located b) { return fluxpp::add(a.value, b.value, a.line); }
constexpr var operator-(located a, located b) { return fluxpp::sub(a.value, b.value, a.line); }
constexpr var operator*(located a, located b) { return fluxpp::mul(a.value, b.value, a.line); }
constexpr var operator/(located a, located b) { return fluxpp::div(a.value, b.value, a.line); }
constexpr var operator-(located x) { return fluxpp::neg(x.value, x.line); }
} // namespace graph

namespace ops {

/// No identity looks at such an operand: it is computed, and not by neg or mul.
constexpr bool is_opaque(const graph::op_info* op) {
  return op->kind == graph::kind::elementwise && op != &info<neg> && op != &info<mul>;
}

constexpr int add::rewrite(graph::tape& t, const graph::node& n) {
  const int a = n.args[0], b = n.args[1];
  if (a == b) return (var(2.0) * var(t, a)).id;
  if (is_opaque(t[a].op) && is_opaque(t[b].op)) return -1;
  if (is_constant(t, a, 0)) return b;
  if (is_constant(t, b, 0)) return a;
  if (t[b].op == &info<neg>) return (var(t, a) - var(t, t[b].args[0])).id;
  if (t[a].op == &info<neg>) return (var(t, b) - var(t, t[a].args[0])).id;
  return -1;
}
constexpr int sub::rewrite(graph::tape& t, const graph::node& n) {
  const int a = n.args[0], b = n.args[1];
  if (is_constant(t, b, 0)) return a;
  if (is_constant(t, a, 0)) return (-var(t, b)).id;
  if (t[b].op == &info<neg>) return (var(t, a) + var(t, t[b].args[0])).id;
  return -1;
}
constexpr int mul::rewrite(graph::tape& t, const graph::node& n) {
  for (int i = 0; i < 2; ++i) {
    const int a = n.args[i], b = n.args[1 - i];
    const graph::node& x = t[a];
    if (is_opaque(x.op)) continue;
    if (x.op == &info<neg>) return (-(var(t, x.args[0]) * var(t, b))).id;
    if (x.op != &info<mul>) {
      if (is_constant(t, a, 1)) return b;
      if (is_constant(t, a, -1)) return (-var(t, b)).id;
      continue;
    }
    const int scalar = scalar_factor(t, x.args[0]) >= 0 ? 0 : scalar_factor(t, x.args[1]) >= 0 ? 1 : -1;
    if (scalar < 0) continue;
    const var k(t, x.args[scalar]), rest(t, x.args[1 - scalar]), other(t, b);
    return scalar_factor(t, b) >= 0 ? ((k * other) * rest).id : (k * (rest * other)).id;
  }
  return -1;
}
/// Whether a / b is a finite number, asked without dividing.
constexpr bool divides(double a, double b) {
  constexpr double most = std::numeric_limits<double>::max();
  const double size = a < 0 ? -a : a, by = b < 0 ? -b : b;
  return by > 0 && size <= most && (by >= 1 || size <= most / 2 * by);
}
constexpr int div::rewrite(graph::tape& t, const graph::node& n) {
  const int a = n.args[0], b = n.args[1];
  if (is_constant(t, b, 1)) return a;
  if (t[a].op == &graph::constant_op && t[b].op == &graph::constant_op && divides(t[a].value, t[b].value))
    return t.constant(t[a].value / t[b].value).id;
  if (t[a].op == &info<neg>) return (-(var(t, t[a].args[0]) / var(t, b))).id;
  if (t.shape_of(b).rank > 0 && scalar_factor(t, b) >= 0) return (var(t, a) * (var(1.0) / var(t, b))).id;
  return -1;
}
constexpr int neg::rewrite(graph::tape& t, const graph::node& n) {
  const graph::node x = t[n.args[0]]; // a copy: the tape grows
  if (x.op == &info<neg>) return x.args[0];
  if (x.op == &info<sub>) return (var(t, x.args[1]) - var(t, x.args[0])).id;
  if (x.op == &info<mul>)
    for (int i = 0; i < 2; ++i)
      if (scalar_factor(t, x.args[i]) >= 0) return (-var(t, x.args[i]) * var(t, x.args[1 - i])).id;
  return -1;
}

/// A product with a scalar factor, which a sum takes outwards.
constexpr bool is_scaled(const graph::tape& t, int id) {
  const graph::node& n = t[id];
  return n.op == &info<mul> && (scalar_factor(t, n.args[0]) >= 0 || scalar_factor(t, n.args[1]) >= 0);
}
constexpr int sum::rewrite(graph::tape& t, const graph::node& n) {
  const graph::node x = t[n.args[0]];
  const unsigned mask = static_cast<unsigned>(t.attribute_table()[n.attr].value[0]);
  const dims shape = t.shapes()[n.shape];
  if (const int s = scalar_factor(t, n.args[0]); s >= 0) {
    const var count = folded_count(t, t.shape_of(n.args[0]), mask);
    return broadcast_to(var(t, s) * count, shape).id;
  }
  if (x.op == &info<neg>) return (-reshape::apply(sum::apply({t, x.args[0]}, mask), shape)).id;
  if (x.op == &info<add> || x.op == &info<sub>)
    for (int i = 0; i < 2; ++i)
      if (scalar_factor(t, x.args[i]) >= 0 && is_scaled(t, x.args[1 - i])) {
        const var a = sum::apply({t, x.args[0]}, mask), b = sum::apply({t, x.args[1]}, mask);
        return reshape::apply(x.op == &info<add> ? a + b : a - b, shape).id;
      }
  if (x.op == &info<mul>)
    for (int i = 0; i < 2; ++i)
      if (const int s = scalar_factor(t, x.args[i]); s >= 0)
        return (var(t, s) * reshape::apply(sum::apply({t, x.args[1 - i]}, mask), shape)).id;
  return -1;
}

} // namespace ops
} // namespace fluxpp::inline v0_1
