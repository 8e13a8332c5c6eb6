// SPDX-License-Identifier: MIT
// A loop of more operations and operands than one kernel takes, beside plain loops.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <cmath>

namespace fx = fluxpp;

TEST_CASE("a loop of hundreds of operations on dozens of operands, some of them numbers of a row") {
  constexpr int rows = 50, columns = 37, rounds = 3;
  using table = xt::xtensor_fixed<double, xt::xshape<rows, columns>>;
  using weights = xt::xtensor_fixed<double, xt::xshape<rows, 1>>;
  constexpr auto f = [](auto x, auto w) {
    const auto row = [](auto a, int i) { return fx::slice(a, 0, i, i + 1); };
    auto y = fx::exp(0.1 * row(x, 0));
    for (int k = 0; k < rounds; ++k)
      for (int i = 0; i < rows; ++i) y = 0.5 * y + row(x, i) * row(w, i);
    return fx::reshape(y, {columns});
  };
  table x;
  weights w;
  for (int i = 0; i < rows; ++i) {
    w(i, 0) = std::cos(0.7 * i);
    for (int j = 0; j < columns; ++j) x(i, j) = std::sin(0.3 * i + 0.11 * j);
  }
  auto compiled = fx::compile(f);
  const auto y = compiled(x, w);
  for (int j = 0; j < columns; ++j) {
    double expected = std::exp(0.1 * x(0, j));
    for (int k = 0; k < rounds; ++k)
      for (int i = 0; i < rows; ++i) expected = 0.5 * expected + x(i, j) * w(i, 0);
    CHECK(std::abs(y(static_cast<std::size_t>(j)) - expected) <= 1e-12 * std::abs(expected) + 1e-13);
  }
}
