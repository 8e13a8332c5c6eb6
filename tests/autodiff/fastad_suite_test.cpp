// SPDX-License-Identifier: MIT
// The nine functions of FastAD's benchmark suite, as benchmarks/ad runs them: values and gradients as published.
#include "../../benchmarks/ad/functions.hpp"
#include "../../benchmarks/ad/published.hpp"
#include "catch.hpp"

#include <cmath>
#include <string>

using namespace fastad_suite;

namespace {

using matrix = fx::tensor_view<const double, 2>;

template <class Program, class... A> double deviation_of(const published& p, Program program, const A&... args) {
  const auto [value, gradient] = program(args...);
  return deviation(p, value, flattened(gradient));
}

double deviation_of(const published& p) {
  const std::size_t n = p.n;
  if (p.function == "sum") return deviation_of(p, fx::value_and_grad(functions::sum), numbers(n, 0));
  if (p.function == "prod") return deviation_of(p, fx::value_and_grad(functions::prod), factors(n));
  if (p.function == "log_sum_exp") return deviation_of(p, fx::value_and_grad(functions::log_sum_exp), numbers(n, 2));
  if (p.function == "normal_log_pdf")
    return deviation_of(p, fx::value_and_grad(functions::normal_log_pdf), numbers(n, 3));
  if (p.function == "matrix_product") {
    const std::size_t half = n / 2, side = half == 1 ? 1 : 8;
    const reals x = numbers(n, 4);
    return deviation_of(p, fx::value_and_grad(functions::matrix_product), matrix(x.data(), {side, side}),
                        matrix(x.data() + half, {side, side}));
  }
  if (p.function == "regression") {
    const std::size_t features = n - 2, rows = 1000;
    const reals x = numbers(features * rows, 5);
    return deviation_of(p, fx::value_and_grad<"w", "b", "sigma">(functions::regression), numbers(features, 7), 0.3, 0.9,
                        matrix(x.data(), {features, rows}), numbers(rows, 6));
  }
  const std::size_t days = n - 3;
  return deviation_of(p, fx::value_and_grad<"e", "phi", "sigma", "mu">(functions::stochastic_volatility),
                      numbers(days, 8), 0.6, 0.7, -0.2, numbers(days, 9));
}

} // namespace

TEST_CASE("the functions of FastAD's suite have the published values and gradients") {
  for (const published& p : published_values) {
    INFO(std::string(p.function) << ", " << p.n << " inputs");
    CHECK(deviation_of(p) < 1e-12);
  }
}

TEST_CASE("a product with zeros has an exact gradient at every length") {
  auto program = fx::value_and_grad(functions::prod);
  for (const std::size_t n : std::initializer_list<std::size_t>{3, 8, 9, 64, 65, 200, 4096, 5000}) {
    reals x = factors(n);
    x[n / 2] = 0;
    const auto [value, gradients] = program(x);
    const reals g = flattened(gradients);
    double others = 1;
    for (std::size_t i = 0; i < n; ++i) others *= i == n / 2 ? 1 : x[i];
    CHECK(value == 0);
    for (std::size_t i = 0; i < n; ++i) CHECK(g[i] == approx(i == n / 2 ? others : 0));
    x[n - 1] = 0;
    for (const double v : flattened(program(x).gradient)) CHECK(v == 0);
  }
}

TEST_CASE("a program called with other extents and back has the values of its first calls") {
  auto program = fx::value_and_grad(functions::normal_log_pdf);
  const reals small = numbers(5, 3), large = numbers(100'000, 3);
  const double first = program(small).value, second = program(large).value;
  for (int i = 0; i < 3; ++i) {
    CHECK(program(small).value == first);
    CHECK(program(large).value == second);
  }
  CHECK(flattened(program(small).gradient).size() == 5);
}
