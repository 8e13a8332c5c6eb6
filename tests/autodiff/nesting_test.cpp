// SPDX-License-Identifier: MIT
// Derivatives inside functions that are differentiated: arguments stay apart, and orders agree.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <cmath>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto product = fx::function<"x", "y">([](auto x, auto y) { return x * y; });
constexpr auto cubes = [](auto x) { return fx::sum(x * x * x); };

} // namespace

TEST_CASE("equal and dependent arguments of an inner gradient are differentiated apart") {
  CHECK(fx::compile([](auto a) { return fx::grad<"x">(product)(a, a); })(3.0) == approx(3));
  CHECK(fx::compile([](auto a) { return fx::grad<"x">(product)(a, 2.0 * a); })(3.0) == approx(6));
}

TEST_CASE("a gradient of a function of a gradient") {
  auto g = fx::grad([](auto x) {
    const auto d = fx::grad(cubes)(x);
    return fx::sum(d * d);
  });
  const auto d = g(std::vector<double>{1, 2});
  CHECK(d[0] == approx(36));
  CHECK(d[1] == approx(288));
}

TEST_CASE("tangents and Hessian-vector products nest in gradients") {
  auto g = fx::grad([](auto x) { return fx::jvp(cubes)(x, x).tangent + fx::sum(fx::hvp(cubes)(x, x)); });
  const auto d = g(std::vector<double>{1, 2});
  CHECK(d[0] == approx(9 + 12));
  CHECK(d[1] == approx(36 + 24));
}

TEST_CASE("the Hessian is the Jacobian of the gradient, in one order of the named arguments") {
  constexpr auto f = fx::function<"a", "b">([](auto a, auto b) { return fx::sum(fx::exp(a) * b) + b * b; });
  const std::vector<double> a{0.1, -0.2};
  const auto h = fx::hessian<"a", "b">(f)(a, 1.5);
  REQUIRE(h.shape(0) == 3);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(h(i, i) == approx(1.5 * std::exp(a[i])));
    CHECK(h(i, 2) == approx(std::exp(a[i])));
    CHECK(h(2, i) == approx(std::exp(a[i])));
    CHECK(h(i, 1 - i) == 0);
  }
  CHECK(h(2, 2) == approx(2));
}

TEST_CASE("a Jacobian by columns and by rows is the same matrix") {
  const std::vector<double> x{0.5, 1, 2};
  const auto square = fx::jacobian([](auto v) { return fx::exp(v) * fx::sum(v); })(x);                // 3 by 3: columns
  const auto wide = fx::jacobian([](auto v) { return fx::stack({fx::sum(v * v), fx::prod(v)}); })(x); // 2 by 3: rows
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) CHECK(square(i, j) == approx(std::exp(x[i]) * ((i == j ? 3.5 : 0) + 1)));
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(wide(0, j) == approx(2 * x[j]));
    CHECK(wide(1, j) == approx(1 / x[j]));
  }
}

TEST_CASE("the key of a callable decides its random numbers") {
  auto f = fx::compile([](auto x) { return fx::sum(fx::dropout(x, 0.5)); });
  const std::vector<double> ones(1000, 1.0);
  const double first = f(ones), other = f.key(1)(ones);
  CHECK(f.key(0)(ones) == first);
  CHECK(other != first);
}
