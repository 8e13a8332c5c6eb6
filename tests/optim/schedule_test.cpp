// SPDX-License-Identifier: MIT
// Schedules: published values, and that a schedule is a value.
#include "catch.hpp"

#include "fluxpp/optim/schedule.hpp"

#include <array>

namespace fx = fluxpp;

namespace {
struct fit_options {
  fx::schedule schedule;
};
struct halving {
  double operator()(std::int64_t t, std::int64_t n) const { return 2 * t < n ? 1.0 : 0.5; }
};
} // namespace

TEST_CASE("one_cycle has the values of fastai over 10 steps", "[optim]") {
  constexpr std::array expected{0.004,    0.037167, 0.090833, 0.098907, 0.090451,
                                0.075000, 0.055227, 0.034550, 0.016544, 0.004324};
  const fx::one_cycle cycle{0.1};
  for (std::int64_t t = 0; t < 10; ++t)
    CHECK(cycle(t, 10) == approx(expected[static_cast<std::size_t>(t)]).margin(6e-7));
}

TEST_CASE("one_cycle has the values of fastai over 100 steps, learning rate and momentum", "[optim]") {
  const auto near = [](double expected) { return approx(expected).epsilon(1e-12).margin(1e-14); };
  const fx::schedule cycle = fx::one_cycle{0.1};
  CHECK(cycle(0, 100) == near(0.004));
  CHECK(cycle(1, 100) == near(0.00437849433690506));
  CHECK(cycle(12, 100) == near(0.0489860550625930));
  CHECK(cycle(24, 100) == approx(0.0996215055).margin(1e-10));
  CHECK(cycle(25, 100) == near(0.1));
  CHECK(cycle(26, 100) == near(0.0999561419435279));
  CHECK(cycle(62, 100) == near(0.0510476105229579));
  CHECK(cycle(99, 100) == approx(4.48580564721e-5).epsilon(1e-11));
  CHECK(*cycle.momentum(0, 100) == near(0.95));
  CHECK(*cycle.momentum(12, 100) == near(0.903139525976466));
  CHECK(*cycle.momentum(25, 100) == near(0.85));
  CHECK(*cycle.momentum(62, 100) == near(0.898952879005832));
  CHECK(*cycle.momentum(99, 100) == near(0.949956141504943));
}

TEST_CASE("cosine_decay falls from start to end and stays there", "[optim]") {
  const fx::cosine_decay cosine{1, 0.1};
  CHECK(cosine(0, 10) == approx(1));
  CHECK(cosine(5, 10) == approx(0.55));
  CHECK(cosine(9, 10) == approx(0.122024567667).epsilon(1e-11));
  CHECK(cosine(10, 10) == approx(0.1));
  CHECK(cosine(17, 10) == approx(0.1));
}

TEST_CASE("constant and exponential", "[optim]") {
  CHECK(fx::constant_rate{0.3}(7, 10) == 0.3);
  const fx::exponential_decay decay{2, 0.5};
  CHECK(decay(0, 10) == 2);
  CHECK(decay(3, 10) == 0.25);
}

TEST_CASE("any rule becomes a schedule, which is a value", "[optim]") {
  CHECK(!fx::schedule{});
  const fit_options options{.schedule = fx::one_cycle{2e-3f}};
  CHECK(options.schedule);
  const fx::schedule copy = options.schedule;
  CHECK(copy(3, 10) == options.schedule(3, 10));
  CHECK(fx::schedule(halving{})(6, 10) == 0.5);
  CHECK(!fx::schedule(halving{}).momentum(6, 10));
  fx::schedule other = fx::constant_rate{1};
  other = copy;
  CHECK(other(3, 10) == copy(3, 10));
}

TEST_CASE("a run of no steps is at its end", "[optim]") { CHECK(fx::cosine_decay{1, 0.1}(0, 0) == approx(0.1)); }
