// SPDX-License-Identifier: MIT
// Many directions at once: products with Jacobians and Hessians, dense matrices from them, and any subset of the arguments.
#include "catch.hpp"

#include <fluxpp/autodiff/jacobian.hpp>
#include <fluxpp/eval/cpu.hpp>

#include <array>
#include <cmath>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto waves = fx::function<"a", "x", "b">(
    [](auto a, auto x, auto b) { return fx::concat(fx::sin(x) * a, fx::reshape(a * b * fx::sum(x), {1}), 0); });
constexpr auto layer = fx::function<"w", "x">([](auto w, auto x) {
  return fx::tanh(fx::matmul(fx::reshape(w, {5, 3}), x));
});

fx::tensor<double, 2> matrix(std::size_t rows, std::size_t columns, double scale) {
  fx::tensor<double, 2> s(std::array{rows, columns});
  for (std::size_t i = 0; i < s.size(); ++i) s[i] = std::sin(scale * static_cast<double>(i) + 1);
  return s;
}

} // namespace

TEST_CASE("jvps are the products of the Jacobian of the named arguments with each row") {
  const std::vector<double> x{0.5, 1, 2};
  const auto s = matrix(4, 3, 0.7);
  const auto y = fx::jvps<"x">(waves)(1.5, x, 2.0, s);
  REQUIRE(y.shape() == std::array<std::size_t, 2>{4, 4});
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t i = 0; i < 3; ++i) CHECK(y(k, i) == approx(1.5 * std::cos(x[i]) * s(k, i)));
    CHECK(y(k, 3) == approx(3.0 * (s(k, 0) + s(k, 1) + s(k, 2))));
  }
}

TEST_CASE("jvps of several arguments take a matrix for each, and zero for one that stays") {
  const std::vector<double> x{0.5, 1, 2};
  const auto sa = matrix(2, 1, 0.3), sx = matrix(2, 3, 0.7);
  auto f = fx::jvps<"x", "a">(waves);
  const auto y = f(1.5, x, 2.0, sx, sa);
  for (std::size_t k = 0; k < 2; ++k) CHECK(y(k, 3) == approx(3.0 * (sx(k, 0) + sx(k, 1) + sx(k, 2)) + 7.0 * sa(k, 0)));
  const auto z = f(1.5, x, 2.0, fx::zero, sa);
  for (std::size_t k = 0; k < 2; ++k) CHECK(z(k, 1) == approx(std::sin(1.0) * sa(k, 0)));
}

TEST_CASE("vjps are the products of each row with the Jacobian, in order of the names") {
  const std::vector<double> x{0.5, 1, 2};
  const auto s = matrix(3, 4, 0.7);
  const auto g = fx::vjps<"b", "x">(waves)(1.5, x, 2.0, s);
  REQUIRE(g.shape() == std::array<std::size_t, 2>{3, 4});
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(g(k, 0) == approx(1.5 * 3.5 * s(k, 3)));
    for (std::size_t i = 0; i < 3; ++i) CHECK(g(k, 1 + i) == approx(1.5 * std::cos(x[i]) * s(k, i) + 3.0 * s(k, 3)));
  }
}

TEST_CASE("vjp gives the cotangents of the named arguments alone") {
  const std::vector<double> x{0.5, 1, 2};
  const auto [y, g] = fx::vjp<"b">(waves)(1.5, x, 2.0, std::vector<double>{0, 0, 0, 2});
  CHECK(y[3] == approx(1.5 * 2.0 * 3.5));
  CHECK(g.get<"b">() == approx(2 * 1.5 * 3.5));
}

TEST_CASE("hvps of a quadratic form are the products with its matrix") {
  constexpr auto form = [](auto x) { return 0.5 * fx::square(fx::sum(x)) + fx::sum(x * x * x); };
  const std::vector<double> x{0.5, 1, 2};
  const auto s = matrix(2, 3, 0.7);
  const auto h = fx::hvps(form)(x, s);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = 0; i < 3; ++i) CHECK(h(k, i) == approx(s(k, 0) + s(k, 1) + s(k, 2) + 6 * x[i] * s(k, i)));
}

TEST_CASE("a Jacobian with more columns and rows than directions go at once is that of one at a time") {
  fx::tensor<double, 2> x(std::array<std::size_t, 2>{3, 7});
  std::array<double, 15> w{};
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(1.3 * static_cast<double>(i));
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = std::cos(0.7 * static_cast<double>(i));
  const auto columns = fx::jacobian<"w">(layer)(w, x); // 35 by 15
  const auto both = fx::jacobian(layer)(w, x);         // 35 by 36: rows
  REQUIRE(columns.shape() == std::array<std::size_t, 2>{35, 15});
  REQUIRE(both.shape() == std::array<std::size_t, 2>{35, 36});
  auto one = fx::jvp(layer);
  for (std::size_t j = 0; j < 36; ++j) {
    auto dw = w;
    dw.fill(0);
    fx::tensor<double, 2> dx(x.shape());
    (j < 15 ? dw[j] : dx[j - 15]) = 1;
    const auto r = one(w, x, dw, dx);
    for (std::size_t i = 0; i < 35; ++i) {
      CHECK(both(i, j) == approx(r.tangent[i]).margin(1e-14));
      if (j < 15) CHECK(columns(i, j) == approx(r.tangent[i]).margin(1e-14));
    }
  }
}

TEST_CASE("a Hessian of any subset of the arguments, in the order of the names") {
  constexpr auto f = fx::function<"a", "b", "c">([](auto a, auto b, auto c) { return fx::sum(fx::exp(a) * b * c); });
  const std::vector<float> a{0.1f, -0.2f};
  const auto h = fx::hessian<"b", "a">(f)(a, 1.5f, 2.0f);
  REQUIRE(h.shape() == std::array<std::size_t, 2>{3, 3});
  CHECK(h(0, 0) == 0);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(h(0, 1 + i) == approx(2 * std::exp(a[i])));
    CHECK(h(1 + i, 0) == approx(2 * std::exp(a[i])));
    CHECK(h(1 + i, 1 + i) == approx(3 * std::exp(a[i])));
  }
}

TEST_CASE("arrays of six axes are taken one direction at a time") {
  constexpr auto f = [](auto x) { return fx::sum(fx::square(fx::reshape(x, {1, 1, 1, 1, 3, 2})), {0, 1, 2, 3, 5}); };
  const std::array<double, 6> x{1, 2, 3, 4, 5, 6};
  const auto j = fx::jacobian(f)(x);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 6; ++k) CHECK(j(i, k) == (k / 2 == i ? 2 * x[k] : 0));
}

TEST_CASE("products take part in larger programs") {
  auto g = fx::grad<"x">(
      fx::function<"x", "s">([](auto x, auto s) { return fx::sum(fx::jvps([](auto v) { return v * v * v; })(x, s)); }));
  const std::vector<double> x{1, 2};
  const auto d = g(x, matrix(2, 2, 0));
  for (std::size_t i = 0; i < 2; ++i) CHECK(d[i] == approx(2 * 6 * x[i] * std::sin(1.0)));
}

TEST_CASE("directions of another extent are refused") {
  auto f = fx::jvps([](auto x) { return x * x; });
  CHECK_THROWS_AS(f(std::vector<double>{1, 2}, matrix(2, 3, 1)), fx::shape_error);
}
