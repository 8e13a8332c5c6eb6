// SPDX-License-Identifier: MIT
// Solvers on problems with known answers: classical test functions, names of unknowns, reasons to stop, bad input.
#include "catch.hpp"

#include <fluxpp/eval/cpu.hpp>
#include <fluxpp/optim/lbfgs.hpp>
#include <fluxpp/optim/levenberg_marquardt.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace fx = fluxpp;

namespace {

/// Rosenbrock's function of n unknowns as a sum of squares, and as residuals.
constexpr auto valley = [](auto x) {
  const auto a = fx::slice(x, 0, 0, -1), b = fx::slice(x, 0, 1, fx::to_end);
  return fx::sum(100.0 * fx::square(b - a * a) + fx::square(1.0 - a));
};
constexpr auto valley_residuals = [](auto x) {
  const auto a = fx::slice(x, 0, 0, -1), b = fx::slice(x, 0, 1, fx::to_end);
  return fx::concat(10.0 * (b - a * a), 1.0 - a, 0);
};
/// Powell's singular function: the Jacobian has rank 2 of 4 at the solution 0.
constexpr auto singular = [](auto x) {
  const auto at = [&](int i) { return fx::slice(x, 0, i, i + 1); };
  return fx::concat({at(0) + 10.0 * at(1), 2.23606797749979 * (at(2) - at(3)), fx::square(at(1) - 2.0 * at(2)),
                     3.1622776601683795 * fx::square(at(0) - at(3))},
                    0);
};
constexpr auto line = fx::function<"slope", "offset", "x", "y">(
    [](auto slope, auto offset, auto x, auto y) { return slope * x + offset - y; });

const std::vector<double> abscissae{0, 1, 2, 3}, ordinates{1, 3, 5, 7.4};

} // namespace

TEST_CASE("Levenberg-Marquardt solves Rosenbrock's and Powell's systems") {
  const auto r = fx::levenberg_marquardt(valley_residuals)(std::array{-1.2, 1.0});
  CHECK(r.converged());
  CHECK(r.x[0] == approx(1));
  CHECK(r.x[1] == approx(1));
  CHECK(r.value < 1e-20);
  const auto p = fx::levenberg_marquardt(singular)(std::vector<double>{3, -1, 0, 1});
  CHECK(p.converged());
  for (const double v : p.x) CHECK(std::abs(v) < 1e-3);
  CHECK(p.value < 1e-12);
}

TEST_CASE("a problem that is linear takes a step of Gauss and Newton") {
  const auto r = fx::levenberg_marquardt<"slope", "offset">(line, {.damping = 0})(0.0, 0.0, abscissae, ordinates);
  CHECK(r.x.get<"slope">() == approx(2.12));
  CHECK(r.x.get<"offset">() == approx(0.92));
  CHECK(r.value == approx(0.5 * 0.048));
  CHECK(r.iterations <= 3);
}

TEST_CASE("the first argument is the unknown when none is named, the others stay") {
  const auto r = fx::levenberg_marquardt(line)(0.0, 1.0, abscissae, ordinates);
  CHECK(r.x == approx(2 + 1.2 / 14));
  const auto offset = fx::levenberg_marquardt<"offset">(line)(2.0, 0.0f, abscissae, ordinates);
  CHECK(offset.x == approx(1.1));
}

TEST_CASE("L-BFGS walks down Rosenbrock's valley in many dimensions") {
  for (const std::size_t n : {2u, 20u, 100u}) {
    std::vector<double> start(n, -1.2);
    for (std::size_t i = 1; i < n; i += 2) start[i] = 1;
    const auto r = fx::lbfgs(valley)(start);
    INFO(n << " unknowns, " << r.iterations << " iterations");
    CHECK(r.reason == fx::stopped::gradient);
    for (const double v : r.x) CHECK(v == approx(1).epsilon(1e-6));
    CHECK(r.evaluations < 2 * r.iterations + 10);
  }
}

TEST_CASE("L-BFGS moves named arguments of any shape, in float too") {
  constexpr auto quadratic = fx::function<"t", "b", "c">(
      [](auto t, auto b, auto c) { return fx::sum(fx::square(t - c)) + 3.0 * fx::square(b - 2.0); });
  fx::tensor<float, 2> t(std::array<std::size_t, 2>{2, 3}), c(t.shape());
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = static_cast<float>(i);
  const auto r = fx::lbfgs<"b", "t">(quadratic, {.gradient = 1e-4})(t, 0.0f, c);
  CHECK(r.converged());
  CHECK(r.x.get<"b">() == approx(2).epsilon(1e-3));
  for (std::size_t i = 0; i < c.size(); ++i) CHECK(r.x.get<"t">()[i] == approx(c[i]).margin(1e-3));
}

TEST_CASE("a step into a region where the function is not finite is shortened") {
  const auto r = fx::lbfgs([](auto x) { return fx::sum(x - fx::log(x)); })(std::vector<double>{0.01, 30});
  CHECK(r.converged());
  for (const double v : r.x) CHECK(v == approx(1));
}

TEST_CASE("solvers say why they stopped") {
  CHECK(fx::lbfgs(valley, {.iterations = 3})(std::array{-1.2, 1.0}).reason == fx::stopped::iterations);
  CHECK(fx::levenberg_marquardt(valley_residuals, {.iterations = 2})(std::array{-1.2, 1.0}).reason ==
        fx::stopped::iterations);
  CHECK(fx::levenberg_marquardt(valley_residuals)(std::array{1.0, 1.0}).reason == fx::stopped::gradient);
  CHECK(fx::lbfgs(valley)(std::array{1.0, 1.0}).iterations == 0);
  const auto falling = fx::lbfgs([](auto x) { return fx::sum(x); }, {.iterations = 20})(std::array{1.0});
  CHECK_FALSE(falling.converged());
}

TEST_CASE("an unknown that moves nothing stays") {
  constexpr auto f = [](auto x) { return fx::slice(x, 0, 0, 1) - 3.0; };
  const auto r = fx::levenberg_marquardt(f)(std::array{1.0, 5.0});
  CHECK(r.x[0] == approx(3));
  CHECK(r.x[1] == 5);
}

TEST_CASE("a start that is not finite, or where the function is not, is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(fx::lbfgs(valley)(std::array{nan, 1.0}), "fluxpp::lbfgs(f)(start): the start must be finite");
  CHECK_THROWS_WITH(fx::lbfgs([](auto x) { return fx::sum(fx::log(x)); })(std::array{-1.0}),
                    "fluxpp::lbfgs(f)(start): f must be finite at the start");
  CHECK_THROWS_WITH(fx::levenberg_marquardt(valley_residuals)(std::array{nan, 1.0}),
                    "fluxpp::levenberg_marquardt(f)(start): the start must be finite");
  CHECK_THROWS_WITH(fx::levenberg_marquardt([](auto x) { return fx::log(x); })(std::array{-1.0}),
                    "fluxpp::levenberg_marquardt(f)(start): the residuals must be finite at the start");
}
