// SPDX-License-Identifier: MIT
// Functions with a derivative of the user's: both modes follow from either rule, rules nest, and the value is that of f.
#include "catch.hpp"

#include <fluxpp/autodiff/custom_rule.hpp>
#include <fluxpp/autodiff/jacobian.hpp>
#include <fluxpp/eval/cpu.hpp>

#include <array>
#include <cmath>
#include <vector>

namespace fx = fluxpp;

namespace {

/// log(1 + exp(x)), whose derivative by the chain rule is inf / inf for large x.
constexpr auto softplus = fx::custom_vjp([](auto x) { return fx::log(1.0 + fx::exp(x)); },
                                         [](auto x, auto, auto ybar) { return ybar * fx::sigmoid(x); });
/// The same with the rule of forward mode.
constexpr auto softplus_forward = fx::custom_jvp([](auto x) { return fx::log(1.0 + fx::exp(x)); },
                                                 [](auto x, auto, auto dx) { return dx * fx::sigmoid(x); });
/// A product with rules that are wrong by factors of 10 and 100, so that they are seen.
constexpr auto product = fx::custom_vjp([](auto a, auto b) { return a * b; },
                                        [](auto a, auto b, auto, auto ybar) {
                                          return std::array{10.0 * ybar * b, 100.0 * fx::sum(ybar * a)};
                                        });
constexpr auto clipped =
    fx::custom_vjp([](auto x) { return x; }, [](auto, auto, auto ybar) { return fx::clamp(ybar, -1.0, 1.0); });

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

} // namespace

TEST_CASE("a rule decides cotangents and tangents, whichever of the two it states") {
  const std::vector<double> x{-3, 0.5, 800};
  const auto check = [&]<class F>(F) {
    constexpr auto total = [](auto v) { return fx::sum(F{}(v)); };
    const auto g = fx::grad(total)(x);
    const auto dy = fx::jvp(F{})(x, std::vector<double>{1, 2, 3}).tangent;
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(g[i] == approx(sigmoid(x[i])));
      CHECK(dy[i] == approx(static_cast<double>(i + 1) * sigmoid(x[i])));
    }
    CHECK(fx::compile(total)(std::vector<double>{0.5}) == approx(std::log1p(std::exp(0.5))));
  };
  check(softplus), check(softplus_forward);
}

TEST_CASE("rules are differentiated themselves") {
  constexpr auto total = [](auto v) { return fx::sum(softplus(v)); };
  const std::vector<double> x{-3, 0.5, 2};
  const auto h = fx::hessian(total)(x);
  const auto gg = fx::grad([](auto v) { return fx::sum(fx::grad([](auto u) { return fx::sum(softplus(u)); })(v)); })(x);
  for (std::size_t i = 0; i < 3; ++i) {
    const double s = sigmoid(x[i]);
    CHECK(h(i, i) == approx(s * (1 - s)));
    CHECK(gg[i] == approx(s * (1 - s)));
  }
}

TEST_CASE("each of several arguments has its part of the rule, and only what is wanted is asked for") {
  constexpr auto f = fx::function<"a", "b">([](auto a, auto b) { return fx::sum(product(a, b) * a); });
  const std::vector<double> a{1, 2};
  const auto g = fx::grad(f)(a, 3.0);
  CHECK(g.get<"b">() == approx(100 * 5));
  for (std::size_t i = 0; i < 2; ++i) CHECK(g.get<"a">()[i] == approx(10 * 3 * a[i] + 3 * a[i]));
  CHECK(fx::grad<"b">(f)(a, 3.0) == approx(500));
  const auto j = fx::jacobian([](auto x, auto y) { return product(x, y); })(a, 3.0);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(j(i, i) == approx(30));
    CHECK(j(i, 2) == approx(100 * a[i]));
  }
}

TEST_CASE("a gradient is clipped on its way back") {
  const auto g = fx::grad([](auto x) { return fx::sum(clipped(x) * x * 4.0); })(std::vector<double>{0.1, 2});
  CHECK(g[0] == approx(0.4 + 0.4));
  CHECK(g[1] == approx(8 + 1));
}

TEST_CASE("names of the function's arguments are those of the function with a rule") {
  constexpr auto f =
      fx::custom_vjp(fx::function<"x", "y">([](auto x, auto y) { return x * y; }), [](auto x, auto y, auto, auto ybar) {
        return std::array{ybar * y, ybar * x};
      });
  CHECK(fx::grad<"y">(f)(2.0, 5.0) == 2);
}
