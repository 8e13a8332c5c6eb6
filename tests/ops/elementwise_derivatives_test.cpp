// SPDX-License-Identifier: MIT
// First and second derivatives of every elementwise operation: dual numbers, differences, and the recorded rules.
#include "catch.hpp"
#include "ops/elementwise.hpp"

#include "fluxpp/autodiff/dual.hpp"
#include "fluxpp/autodiff/tangent.hpp"

using namespace elementwise_tests;
using fluxpp::list;
using fluxpp::var;
using dual = fluxpp::dual<double>;
using dual2 = fluxpp::dual<dual>;

namespace {

bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1 + std::max(std::abs(a), std::abs(b)));
}

template <class Op, class V> V apply(const V* x) {
  constexpr fluxpp::operation<Op> f{};
  if constexpr (Op::arity == 1) return f(x[0]);
  if constexpr (Op::arity == 2) return f(x[0], x[1]);
  if constexpr (Op::arity == 3) return f(x[0], x[1], x[2]);
}

template <class Op> double slope(const point& p, int i) {
  dual x[3];
  for (int a = 0; a < 3; ++a) x[a] = a == i ? dual::variable(p.x[a]) : dual(p.x[a]);
  return apply<Op>(x).tangent[0];
}

template <class Op> double curvature(const point& p, int i, int j) {
  dual2 x[3];
  for (int a = 0; a < 3; ++a) x[a] = {a == i ? dual::variable(p.x[a]) : dual(p.x[a]), {a == j ? 1.0 : 0.0}};
  return apply<Op>(x).tangent[0].tangent[0];
}

/// The five-point difference of f along argument i.
template <class F> double difference(F f, point p, int i) {
  const double x = p.x[i], h = std::ldexp(1.0, -11 + std::max(0, std::ilogb(std::abs(x) + 1e-300)));
  auto at = [&](double steps) {
    p.x[i] = x + steps * h;
    return f(p);
  };
  return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
}

/// A tape on which y = op(x...), evaluated node by node.
template <class Op> struct recorded {
  fluxpp::graph::tape t;
  list<var> x;
  var y;

  recorded() {
    for (int i = 0; i < Op::arity; ++i) x.push(t.input({}, {fluxpp::graph::space::argument, i, false}));
    y = apply<Op>(&x[0]);
  }
  list<var> gradient(var of) { return fluxpp::autodiff::adjoint(t, of, t.constant(1), x); }
  var directional(var of, int i) {
    list<var> y_list, dx;
    y_list.push(of);
    for (int a = 0; a < Op::arity; ++a) dx.push(a == i ? t.constant(1) : var());
    return fluxpp::autodiff::tangent(t, y_list, x, dx)[0];
  }
  double value(var of, const point& p) const {
    std::vector<double> v;
    for (int id = 0; id <= of.id; ++id) {
      const auto& n = t[id];
      double in[3]{};
      for (int a = 0; a < n.op->arity; ++a) in[a] = v[static_cast<std::size_t>(n.args[a])];
      if (n.op == &fluxpp::graph::input_op) v.push_back(p.x[t.leaf_of(id).index]);
      else v.push_back(n.op == &fluxpp::graph::constant_op ? n.value : n.op->evaluate ? n.op->evaluate(in) : in[0]);
    }
    return v.back();
  }
};

} // namespace

TEST_CASE("partials of elementwise operations agree with differences") {
  for_each([]<class Op>() {
    if constexpr (!Op::integer)
      for (const point& p : samples<Op>())
        for (int i = 0; i < Op::arity; ++i) {
          const double expected = difference([](const point& q) { return apply<Op>(q.x); }, p, i);
          INFO(Op::name << " argument " << i << " at " << p.x[0] << ", " << p.x[1] << ", " << p.x[2] << ": "
                        << slope<Op>(p, i) << " instead of " << expected);
          CHECK(close(slope<Op>(p, i), expected, 1e-9));
        }
  });
}

TEST_CASE("second derivatives of elementwise operations agree with differences of the first") {
  for_each([]<class Op>() {
    if constexpr (!Op::integer)
      for (const point& p : samples<Op>())
        for (int i = 0; i < Op::arity; ++i)
          for (int j = 0; j < Op::arity; ++j) {
            const double expected = difference([i](const point& q) { return slope<Op>(q, i); }, p, j);
            INFO(Op::name << " arguments " << i << ", " << j << " at " << p.x[0] << ", " << p.x[1] << ", " << p.x[2]
                          << ": " << curvature<Op>(p, i, j) << " instead of " << expected);
            CHECK(close(curvature<Op>(p, i, j), expected, 1e-8));
          }
  });
}

TEST_CASE("recorded adjoints and tangents of elementwise operations agree with dual numbers, twice over") {
  for_each([]<class Op>() {
    recorded<Op> r;
    const list<var> g = r.gradient(r.y);
    for (int i = 0; i < Op::arity; ++i) {
      const var dy = r.directional(r.y, i);
      const list<var> gg = r.gradient(g[i]);
      for (const point& p : samples<Op>()) {
        INFO(Op::name << " argument " << i << " at " << p.x[0] << ", " << p.x[1] << ", " << p.x[2]);
        CHECK(close(r.value(r.y, p), apply<Op>(p.x), 1e-14));
        CHECK(close(r.value(g[i], p), slope<Op>(p, i), 1e-13));
        CHECK(close(r.value(dy, p), slope<Op>(p, i), 1e-13));
        for (int j = 0; j < Op::arity; ++j) {
          CHECK(close(r.value(gg[j], p), curvature<Op>(p, i, j), 1e-12));
          CHECK(close(r.value(r.directional(g[i], j), p), curvature<Op>(p, i, j), 1e-12));
        }
      }
    }
  });
}

TEST_CASE("derivatives at kinks are the stated ones, by dual numbers and as recorded") {
  for_each([]<class Op>() {
    if constexpr (requires { Op::kinks[0]; })
      for (const auto& [x, expected] : Op::kinks) {
        recorded<Op> r;
        INFO(Op::name << " at " << x);
        CHECK(slope<Op>({{x}}, 0) == expected);
        CHECK(r.value(r.gradient(r.y)[0], {{x}}) == expected);
        const double left = slope<Op>({{x - 1e-9}}, 0), right = slope<Op>({{x + 1e-9}}, 0);
        CHECK(std::min(left, right) <= expected);
        CHECK(expected <= std::max(left, right));
      }
  });
}
