// SPDX-License-Identifier: MIT
// Update rules: the compiled step equals the formula, element by element.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <cmath>
#include <vector>

namespace fx = fluxpp;

namespace {

struct no_symbols {
  std::string argument(int) const { return {}; }
  int axis(int) const { return 0; }
};

/// Some steps of a rule on f(x) = sum of i x_i^2 / 2, in double.
template <class Rule, int N> std::vector<double> steps(const Rule& rule, int count) {
  std::vector<double> x(N, 1.0), g(N), slots(static_cast<std::size_t>(Rule::slots) * N), number(Rule::numbers);
  fx::eval::runner<double> run(fx::eval::plan_of<double, fx::optim::rule_program<Rule, N>>);
  run.externals.argument = {x.data(), g.data()};
  for (int i = 0; i < Rule::slots; ++i) run.externals.argument.push_back(slots.data() + i * N);
  run.externals.number = number.data();
  run.bind([](int) { return 0; }, no_symbols{});
  for (int t = 1; t <= count; ++t) {
    for (int i = 0; i < N; ++i) g[static_cast<std::size_t>(i)] = i * x[static_cast<std::size_t>(i)];
    rule.numbers_at(t, rule.lr, rule.usual_momentum(), number.data());
    run.run();
  }
  return x;
}

} // namespace

TEST_CASE("AdamW is the algorithm of Loshchilov and Hutter") {
  const fx::adamw rule{.lr = 0.05, .weight_decay = 0.1};
  const std::vector<double> x = steps<fx::adamw, 37>(rule, 10);
  for (int i = 0; i < 37; ++i) {
    double p = 1, m = 0, v = 0;
    for (int t = 1; t <= 10; ++t) {
      const double g = i * p;
      p -= 0.05 * 0.1 * p;
      m = 0.9 * m + 0.1 * g, v = 0.999 * v + 0.001 * g * g;
      p -= 0.05 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
    }
    CHECK(x[static_cast<std::size_t>(i)] == approx(p).epsilon(1e-12));
  }
}

TEST_CASE("descent with momentum is Polyak's heavy ball") {
  const fx::descent rule{.lr = 0.01, .momentum = 0.9};
  const std::vector<double> x = steps<fx::descent, 5>(rule, 20);
  for (int i = 0; i < 5; ++i) {
    double p = 1, v = 0;
    for (int t = 0; t < 20; ++t) v = 0.9 * v + i * p, p -= 0.01 * v;
    CHECK(x[static_cast<std::size_t>(i)] == approx(p).epsilon(1e-12));
  }
}

namespace {

/// A rule that still reads its slot, in a later loop, after the slot's new value is known.
struct late_reader {
  double lr = 1;
  static constexpr int slots = 1, numbers = 1;
  static constexpr fx::optim::updated<1> step(fx::var x, fx::var g, const fx::var* slot, const fx::var*) {
    const fx::var v = 0.9 * slot[0] + g, d = slot[0] - g;
    return {x - fx::sum(v * v) * d, {v}};
  }
  void numbers_at(std::int64_t, double, double, double* out) const { out[0] = 0; }
  double usual_momentum() const { return 0; }
};

} // namespace

TEST_CASE("a slot is not overwritten while a later loop reads it") {
  const std::vector<double> x = steps<late_reader, 2>(late_reader{}, 1);
  const double v1 = 1.0; // slot 0, gradient i x = {0, 1}
  CHECK(x[0] == approx(1 - v1 * v1 * (0.0 - 0.0)));
  CHECK(x[1] == approx(1 - v1 * v1 * (0.0 - 1.0)));
}
