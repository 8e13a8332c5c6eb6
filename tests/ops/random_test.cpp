// SPDX-License-Identifier: MIT
// normal_like, gumbel_like, bernoulli, categorical, permutation: distributions, reproducibility, derivatives. Seeds are
// fixed, so that nothing here fails by chance; bounds are five standard deviations.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <numeric>

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

constexpr int many = 100000;
const std::vector<laws::argument> places{{make_dims(many)}};

double mean(const numbers& x, double power = 1) {
  double sum = 0;
  for (const double v : x) sum += std::pow(v, power);
  return sum / static_cast<double>(x.size());
}
bool near(double a, double b, double variance) { return std::abs(a - b) <= 5 * std::sqrt(variance / many); }

/// f of a vector with a seed and a step.
numbers drawn(laws::function f, std::uint64_t seed, std::uint32_t step) {
  fx::graph::tape t;
  vars x;
  x.push(t.input(make_dims(many), {}));
  const var y = f(x);
  fx::eval::reference<double> r(t);
  r.bind(0, make_dims(many), numbers(many));
  r.random(seed, step);
  r.run();
  return r.value(y);
}

} // namespace

TEST_CASE("normal_like has the moments of the normal distribution", "[ops]") {
  const numbers z = laws::value([](const vars& a) { return fx::normal_like(a[0]); }, places);
  CHECK(near(mean(z), 0, 1));
  CHECK(near(mean(z, 2), 1, 2));
  CHECK(near(mean(z, 3), 0, 15));
  CHECK(near(mean(z, 4), 3, 96));
  double within = 0;
  for (const double v : z) within += std::abs(v) < 1.959963984540054;
  CHECK(near(within / many, 0.95, 0.95 * 0.05));
}

TEST_CASE("gumbel_like has mean and variance of the Gumbel distribution and is finite", "[ops]") {
  const numbers g = laws::value([](const vars& a) { return fx::gumbel_like(a[0]); }, places);
  const double variance = 1.6449340668482264;
  CHECK(near(mean(g), 0.5772156649015329, variance));
  CHECK(near(mean(g, 2), variance + 0.5772156649015329 * 0.5772156649015329, 30));
  CHECK(std::all_of(g.begin(), g.end(), [](double v) { return std::isfinite(v); }));
}

TEST_CASE("bernoulli is 1 with its probability, never at 0 and always at 1", "[ops]") {
  std::vector<laws::argument> p{{make_dims(many), numbers(many, 0.3)}};
  CHECK(near(mean(laws::value([](const vars& a) { return fx::bernoulli(a[0]); }, p)), 0.3, 0.21));
  p[0].values.assign(many, 0.0);
  CHECK(mean(laws::value([](const vars& a) { return fx::bernoulli(a[0]); }, p)) == 0);
  p[0].values.assign(many, 1.0);
  CHECK(mean(laws::value([](const vars& a) { return fx::bernoulli(a[0]); }, p)) == 1);
}

TEST_CASE("categorical chooses by the softmax of the logits", "[ops]") {
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<laws::argument> logits{{make_dims(many, 4), numbers(4 * many)}};
  const numbers row{std::log(0.1), -inf, std::log(0.6), std::log(0.3)};
  for (std::size_t i = 0; i < logits[0].values.size(); ++i) logits[0].values[i] = row[i % 4] + 3;
  const numbers chosen = laws::value([](const vars& a) { return fx::categorical(a[0]); }, logits);
  double count[4]{};
  for (const double c : chosen) ++count[static_cast<int>(c)];
  CHECK(count[1] == 0);
  CHECK(near(count[0] / many, 0.1, 0.09));
  CHECK(near(count[2] / many, 0.6, 0.24));
  CHECK(near(count[3] / many, 0.3, 0.21));
}

TEST_CASE("permutation holds every index once, in an order of its own", "[ops]") {
  numbers p = laws::value([](const vars& a) { return fx::permutation(a[0]); }, places);
  double fixed = 0, rise = 0;
  for (std::size_t i = 0; i < p.size(); ++i) fixed += p[i] == static_cast<double>(i);
  for (std::size_t i = 1; i < p.size(); ++i) rise += p[i] > p[i - 1];
  CHECK(fixed < 10);
  CHECK(near(rise / many, 0.5, 0.25));
  std::sort(p.begin(), p.end());
  numbers all(many);
  std::iota(all.begin(), all.end(), 0.0);
  CHECK(p == all);
  CHECK(laws::shape([](const vars& a) { return fx::permutation(a[0], 1); }, {{make_dims(2, 0)}}) == make_dims(0));
}

TEST_CASE("random numbers are a function of seed, step and call alone", "[ops]") {
  const auto normal = [](const vars& a) { return fx::normal_like(a[0]); };
  const auto order = [](const vars& a) { return fx::permutation(a[0]); };
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  for (const laws::function f : {laws::function(normal), laws::function(order)}) {
    pool.resize(1);
    const numbers first = drawn(f, 1, 2);
    pool.resize(7);
    CHECK(drawn(f, 1, 2) == first);
    CHECK(drawn(f, 1, 3) != first);
    CHECK(drawn(f, 2, 2) != first);
  }
  pool.resize(before);
  const auto difference = [](const vars& a) { return fx::normal_like(a[0]) - fx::normal_like(a[0]); };
  CHECK(near(mean(drawn(difference, 1, 2), 2), 2, 8));
}

TEST_CASE("draws without a stream are numbered by themselves: other parts of a program change nothing", "[ops]") {
  const auto plain = [](const vars& a) { return fx::normal_like(a[0]); };
  const auto later = [](const vars& a) {
    const var before = fx::exp(a[0]) * fx::cumsum(a[0], 0), z = fx::normal_like(a[0]);
    return fx::where(before > 1e9, before, z);
  };
  const auto second = [](const vars& a) {
    const var first = fx::uniform_like(a[0]), z = fx::normal_like(a[0]);
    return fx::where(first > 2.0, first, z);
  };
  CHECK(drawn(later, 1, 2) == drawn(plain, 1, 2));
  CHECK(drawn(second, 1, 2) != drawn(plain, 1, 2));
}

TEST_CASE("a draw of a stream is the same wherever it stands, and streams are independent", "[ops]") {
  const auto alone = [](const vars& a) { return fx::normal_like(a[0], "z"); };
  const auto behind = [](const vars& a) {
    const var other = fx::uniform_like(a[0]), first = fx::bernoulli(0.0 * a[0], "first");
    return fx::where(other + first > 2.0, other, fx::normal_like(a[0], "z"));
  };
  const auto twice = [](const vars& a) { return fx::normal_like(a[0], "z") - fx::normal_like(a[0], "z"); };
  const auto apart = [](const vars& a) { return fx::normal_like(a[0], "z") * fx::normal_like(a[0], "y"); };
  const auto family = [](const vars& a) {
    const fx::stream layer = "layer";
    return fx::normal_like(a[0], layer.fold(0)) * fx::normal_like(a[0], layer.fold(1));
  };
  CHECK(drawn(behind, 1, 2) == drawn(alone, 1, 2));
  CHECK(drawn(alone, 1, 3) != drawn(alone, 1, 2));
  CHECK(drawn(twice, 1, 2) == numbers(many));
  CHECK(near(mean(drawn(apart, 1, 2)), 0, 1));
  CHECK(near(mean(drawn(family, 1, 2)), 0, 1));
  const auto sum = [](const vars& a) { return fx::gumbel_like(a[0], "a") + fx::gumbel_like(a[0], "b"); };
  const auto turned = [](const vars& a) { return fx::gumbel_like(a[0], "b") + fx::gumbel_like(a[0], "a"); };
  CHECK(drawn(sum, 1, 2) == drawn(turned, 1, 2));
}

TEST_CASE("a random step scaled has derivatives in its scale", "[ops]") {
  laws::check("mu + sigma z", [](const vars& a) { return fx::exp(a[0] + a[1] * fx::normal_like(a[0])); },
              {{make_dims(3, 4)}, {make_dims(4)}}, {{3, 4}});
  CHECK(laws::fault([](const vars& a) { return fx::permutation(a[0], 2); }, {{make_dims(2, 3)}}) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::categorical(a[0], 2); }, {{make_dims(2, 3)}}) == rule::axis);
}
