// SPDX-License-Identifier: MIT
#pragma once
// The laws of differentiation for any function of vars, checked at run time by the reference evaluator.
#include "catch.hpp"
#include "reference.hpp"

#include "fluxpp/autodiff/tangent.hpp"
#include "fluxpp/core/rng.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace laws {

namespace fx = fluxpp;
using fx::dims;
using fx::make_dims;
using fx::var;
using vars = fx::list<var>;
using numbers = std::vector<double>;

/// A function under test: of arguments on one tape.
using function = var (*)(const vars&);

/// argument: its shape; its values, where random ones will not do; whether it is an index, which is not moved.
struct argument {
  dims shape;
  numbers values{};
  bool index = false;
};

/// options: which extents are names in a second build, and how much of the laws holds.
struct options {
  std::vector<int> named{};
  bool second_order = true;
};

inline std::size_t count(const dims& d) { return fx::kernels::step_args<double>::size(d); }

inline numbers random_numbers(std::size_t n, std::uint32_t stream) {
  numbers v(n);
  fx::fill_normal(v.data(), n, 2024, stream, 0);
  return v;
}

/// An argument of a program under construction.
constexpr var leaf(fx::graph::tape& t, const dims& shape, bool index = false) {
  return t.input(shape, {fx::graph::space::argument, t.leaves().size(), index});
}

/// derivatives: y = f(x), its tangent along dx, its adjoint from ybar, and the second derivative along u in two ways.
/// Arguments that are indices are given to f, but do not move.
struct derivatives {
  vars all, x, dx, u, dy, xbar, forward_over_reverse, reverse_over_reverse;
  var y, ybar;

  constexpr derivatives(fx::graph::tape& t, function f, const vars& arguments, bool second_order = true)
      : all(arguments) {
    for (const var& v : all)
      if (!t.integer(v.id)) x.push(v);
    y = f(all);
    for (const var& v : x) dx.push(leaf(t, v.shape()));
    for (const var& v : x) u.push(leaf(t, v.shape()));
    ybar = leaf(t, y.shape());
    vars ys;
    ys.push(y);
    dy = fx::autodiff::tangent(t, ys, x, dx);
    xbar = fx::autodiff::adjoint(t, y, ybar, x);
    if (!second_order) return;
    forward_over_reverse = fx::autodiff::tangent(t, xbar, x, u);
    var product = t.constant(0);
    for (int i = 0; i < x.size(); ++i) product = product + fx::sum(xbar[i] * u[i]);
    reverse_over_reverse = fx::autodiff::adjoint(t, product, t.constant(1), x);
  }
};

struct own_tape {
  fx::graph::tape tape;
};
/// program: a function and its derivatives on a tape of their own.
struct program : own_tape, derivatives {
  program(function f, const std::vector<argument>& arguments, const options& o, const std::vector<int>& named)
      : derivatives(tape, f, leaves(tape, arguments, named), o.second_order) {
    REQUIRE(int(tape.first_fault().rule) == int(fx::graph::rule::none));
  }

private:
  static vars leaves(fx::graph::tape& t, const std::vector<argument>& arguments, const std::vector<int>& named) {
    vars all;
    for (const argument& a : arguments) all.push(leaf(t, with_names(t, a.shape, named), a.index));
    return all;
  }
  static dims with_names(fx::graph::tape& t, dims shape, const std::vector<int>& named) {
    for (int i = 0; i < shape.rank; ++i)
      for (const int e : named)
        if (shape[i] == e) shape[i] = t.extents.symbol(1000u + static_cast<unsigned>(e));
    return shape;
  }
};

/// results: a program at the arguments, moved by h along dx or u.
struct results {
  fx::eval::reference<double> r;
  numbers ybar;

  results(const program& p, const std::vector<argument>& arguments, double h = 0, std::uint32_t along = 100)
      : r(p.tape) {
    std::uint32_t stream = 0;
    for (const argument& a : arguments) {
      numbers v = a.values.empty() ? random_numbers(count(a.shape), stream) : a.values;
      const numbers d = random_numbers(v.size(), along + stream);
      for (std::size_t i = 0; i < v.size(); ++i) v[i] += a.index ? 0 : h * d[i];
      bind(p, p.all[static_cast<int>(stream)], v, a.shape);
      ++stream;
    }
    for (int k = 0, real = 0; k < p.all.size(); ++k) {
      const argument& a = arguments[static_cast<std::size_t>(k)];
      if (a.index) continue;
      const auto from = static_cast<std::uint32_t>(k);
      bind(p, p.dx[real], random_numbers(count(a.shape), 100 + from), a.shape);
      bind(p, p.u[real++], random_numbers(count(a.shape), 200 + from), a.shape);
    }
    const dims shape = r.bound_shape(p.y);
    ybar = random_numbers(count(shape), 300);
    bind(p, p.ybar, ybar, shape);
    r.random(7, 1);
    r.run();
  }

private:
  void bind(const program& p, var x, const numbers& v, const dims& shape) {
    int leaf = 0;
    while (p.tape.leaf_of(x.id).index != p.tape.leaves()[leaf].index) ++leaf;
    r.bind(leaf, shape, v);
  }
};

/// The central difference of five points of what `of` names, along a direction.
inline numbers difference(const program& p, const std::vector<argument>& arguments, var of, std::uint32_t along) {
  constexpr double h = 0x1p-11;
  numbers d(results(p, arguments).r.value(of).size(), 0.0);
  for (const int k : {-2, -1, 1, 2}) {
    const results moved(p, arguments, k * h, along);
    const double weight = (k * k == 4 ? -0.5 * k : 8.0 * k) / (12 * h);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] += weight * moved.r.value(of)[i];
  }
  return d;
}

/// The worst element of a comparison, by max(|a|, |b|, 1).
inline double worst(const numbers& a, const numbers& b) {
  double w = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double e = std::abs(a[i] - b[i]) / std::max({std::abs(a[i]), std::abs(b[i]), 1.0});
    w = e <= w ? w : e; // a NaN is the worst
  }
  return w;
}

inline void check_dot_product(const program& p, const results& at) {
  const auto dot = [](const numbers& a, const numbers& b, double& size) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i], size += std::abs(a[i] * b[i]);
    return sum;
  };
  double size = 0, difference = dot(at.ybar, at.r.value(p.dy[0]), size);
  for (int i = 0; i < p.x.size(); ++i) difference -= dot(at.r.value(p.xbar[i]), at.r.value(p.dx[i]), size);
  INFO("<ybar, J dx> - <J' ybar, dx> = " << difference << " of " << size);
  CHECK(std::abs(difference) <= 1e-12 * size);
}

inline void check_shapes(const program& p, const results& at) {
  for (int i = 0; i < p.x.size(); ++i) CHECK(at.r.shape(p.xbar[i]) == at.r.shape(p.x[i]));
  CHECK(at.r.shape(p.dy[0]) == at.r.shape(p.y));
}

inline void check_second_order(const program& p, const std::vector<argument>& arguments, const results& at) {
  for (int i = 0; i < p.x.size(); ++i) {
    INFO("second order, argument " << i);
    CHECK(worst(at.r.value(p.forward_over_reverse[i]), at.r.value(p.reverse_over_reverse[i])) <= 1e-11);
    CHECK(worst(at.r.value(p.forward_over_reverse[i]), difference(p, arguments, p.xbar[i], 200)) <= 1e-8);
  }
}

/// The same program with names for extents gives the same bits.
inline void check_named(function f, const std::vector<argument>& arguments, const options& o, const program& fixed) {
  const program named(f, arguments, o, o.named);
  const results a(fixed, arguments), b(named, arguments);
  INFO("named extents");
  CHECK(a.r.value(fixed.y) == b.r.value(named.y));
  CHECK(a.r.value(fixed.dy[0]) == b.r.value(named.dy[0]));
  for (int i = 0; i < fixed.x.size(); ++i) CHECK(a.r.value(fixed.xbar[i]) == b.r.value(named.xbar[i]));
}

/// check(name, f, arguments): every law that derivatives obey.
inline void check(const std::string& name, function f, const std::vector<argument>& arguments, const options& o = {}) {
  INFO(name);
  const program p(f, arguments, o, {});
  const results at(p, arguments);
  check_shapes(p, at);
  check_dot_product(p, at);
  CHECK(worst(at.r.value(p.dy[0]), difference(p, arguments, p.y, 100)) <= 1e-9);
  if (o.second_order) check_second_order(p, arguments, at);
  if (!o.named.empty()) check_named(f, arguments, o, p);
}

/// value(f, arguments): what f gives.
inline numbers value(function f, const std::vector<argument>& arguments) {
  const options o{{}, false};
  const program p(f, arguments, o, {});
  return results(p, arguments).r.value(p.y);
}
/// shape(f, arguments): the shape of what f gives.
inline dims shape(function f, const std::vector<argument>& arguments) {
  const program p(f, arguments, {{}, false}, {});
  return results(p, arguments).r.shape(p.y);
}
/// fault(f, arguments): the first fault of building f.
inline fx::graph::rule fault(function f, const std::vector<argument>& arguments) {
  fx::graph::tape t;
  vars x;
  for (const argument& a : arguments) x.push(t.input(a.shape, {fx::graph::space::argument, x.size(), a.index}));
  f(x);
  return t.first_fault().rule;
}

} // namespace laws
