// SPDX-License-Identifier: MIT
#pragma once
// How a function of the suite is run: ours is checked against formulas in long double and the published values, then timed
// beside whatever else computes the same.
#include "../harness.hpp"
#include "fastad.hpp"
#include "functions.hpp"
#include "published.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

namespace fastad_suite {

using exact = std::vector<long double>;

/// checked<Problem>: a case of bench::suite. A Problem is made for a size n and states
///   call()          value and gradient by fluxpp
///   expected(g)     the value, and the gradient in g, by formulas in long double
///   objective()     the value by plain loops
///   inputs()        all inputs, one after the other, as FastAD takes them
/// and, where it has them, value() and gradient(), the same in loops of SIMD by hand.
template <class Problem> struct checked : Problem {
  std::string_view function;

  checked(std::string_view name, std::size_t size) : Problem(size), function(name) {}
  void renew() {}
  void ours() {
    const auto result = this->call();
    bench::keep(result);
  }
  double difference() {
    const auto last = this->call();
    exact gradient;
    const auto value = static_cast<double>(this->expected(gradient));
    const reals result = flattened(last.gradient);
    double worst = std::max(bench::apart(last.value, value), bench::difference(result, gradient));
    for (const published& p : published_values)
      if (p.function == function && p.n == result.size()) worst = std::max(worst, deviation(p, last.value, result));
    return worst;
  }
};

/// A reference that computes a value from a problem.
template <class Problem, class F> auto timed(std::string_view name, Problem& p, F f) {
  return std::tuple{bench::reference{name, [&p, f] {
                                       const double value = f(p);
                                       bench::keep(value);
                                     }}};
}
template <class Problem> auto simd_value(Problem& p) {
  if constexpr (requires { p.value(); }) return timed("SIMD objective", p, [](const Problem& x) { return x.value(); });
  else return std::tuple{};
}
template <class Problem> auto simd_gradient(Problem& p) {
  if constexpr (requires { p.gradient(); }) return timed("SIMD gradient", p, [](Problem& x) { return x.gradient(); });
  else return std::tuple{};
}

inline constexpr double tolerance = 1e-12;

/// run<Problem>(s, function, n): one row per reference; the name is that of the function and the number of its inputs.
template <class Problem> void run(const bench::suite& s, std::string_view function, std::size_t n) {
  checked<Problem> p(function, n);
  const auto references = std::tuple_cat(timed("scalar objective", p, [](const Problem& x) { return x.objective(); }),
                                         simd_value(p), simd_gradient(p), fastad_references(static_cast<Problem&>(p)));
  const std::string name = std::string(function) + " " + std::to_string(p.size());
  std::apply([&](const auto&... r) { s.compare(name, tolerance, p, r...); }, references);
}

/// A Problem for every size 1, 2, 4, ... 2^14.
template <class Problem> void run_all(const bench::suite& s, std::string_view function) {
  for (std::size_t n = 1; n <= 1u << 14; n *= 2) run<Problem>(s, function, n);
}

/// vector_problem<Function>: what functions of one vector have in common.
template <auto Function> struct vector_problem {
  reals x, g;
  decltype(fx::value_and_grad(Function)) program;

  explicit vector_problem(reals values) : x(std::move(values)), g(x.size()) {}
  std::size_t size() const { return x.size(); }
  const reals& inputs() const { return x; }
  auto call() { return program(x); }
};

/// fixed<Problem, N>: the same with the shape in the type.
template <class Problem, std::size_t N> struct fixed : Problem {
  std::array<double, N> elements;
  explicit fixed(std::size_t) : Problem(N) { std::copy_n(this->x.begin(), N, elements.begin()); }
  auto call() { return this->program(elements); }
};
template <class Problem> void run_fixed(const bench::suite& s, std::string_view function) {
  run<fixed<Problem, 1>>(s, function, 1);
  run<fixed<Problem, 8>>(s, function, 8);
}

} // namespace fastad_suite
