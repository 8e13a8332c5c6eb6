// SPDX-License-Identifier: MIT
// Steps on few rows of a table: they equal dense steps on these rows, and nothing else is touched.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <array>
#include <cmath>
#include <fstream>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto loss = fx::function<"table", "words", "goal">(
    [](auto table, auto words, auto goal) { return fx::sum(fx::square(fx::embedding(table, words) - goal)); });

fx::tensor<double, 2> counted(std::size_t rows, std::size_t columns) {
  fx::tensor<double, 2> x({rows, columns});
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1 * static_cast<double>(i);
  return x;
}

/// Steps of a rule on a table by the formula, element by element: only rows that are named move.
struct formula {
  fx::tensor<double, 2> x, m, v;
  int t = 0;

  explicit formula(const fx::tensor<double, 2>& from) : x(from), m(from.shape()), v(from.shape()) {}
  template <class Update> void step(const std::vector<int>& words, const Update& update) {
    ++t;
    fx::tensor<double, 2> g(x.shape());
    for (const int w : words)
      for (std::size_t j = 0; j < x.shape(1); ++j) g(w, j) += 2 * (x(w, j) - 1);
    for (std::size_t w = 0; w < x.shape(0); ++w)
      if (std::find(words.begin(), words.end(), static_cast<int>(w)) != words.end())
        for (std::size_t j = 0; j < x.shape(1); ++j) update(x(w, j), m(w, j), v(w, j), g(w, j), t);
  }
};

template <class Rule, class Update> void check_steps(const Rule& rule, const Update& update) {
  fx::tensor<double, 2> table = counted(6, 3);
  formula expected(table);
  fx::row_optimizer optimizer(rule, table);
  auto gradient = fx::grad<"table">(fx::by_rows<"table">(loss));
  for (const std::vector<int>& words : {std::vector{4, 1, 4}, std::vector{1, 1, 1}, std::vector{0, 5, 4}}) {
    optimizer.step(table, gradient(table, words, 1.0));
    expected.step(words, update);
    for (std::size_t i = 0; i < table.size(); ++i) CHECK(table[i] == approx(expected.x[i]).epsilon(1e-13));
  }
}

} // namespace

TEST_CASE("steps by rows are lazy: moments of rows that are not named stay", "[optim]") {
  check_steps(fx::adamw{.lr = 0.1, .weight_decay = 0.1}, [](double& x, double& m, double& v, double g, int t) {
    m = 0.9 * m + 0.1 * g, v = 0.999 * v + 0.001 * g * g;
    x -= 0.1 * (m / (1 - std::pow(0.9, t)) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8) + 0.1 * x);
  });
  check_steps(fx::adagrad{.lr = 0.1}, [](double& x, double&, double& v, double g, int) {
    v += g * g;
    x -= 0.1 * g / (std::sqrt(v) + 1e-10);
  });
  check_steps(fx::descent{.lr = 0.1, .momentum = 0.5}, [](double& x, double& m, double&, double g, int) {
    m = 0.5 * m + g;
    x -= 0.1 * m;
  });
}

TEST_CASE("a step that is refused changes nothing", "[optim]") {
  fx::tensor<double, 2> table = counted(3, 2), larger = counted(4, 2), before = table;
  fx::row_optimizer optimizer(fx::adamw{}, table);
  const fx::sparse_rows<std::vector<int>, fx::tensor<double, 2>> outside{{0, 3}, counted(2, 2)},
      none{{}, counted(0, 2)};
  CHECK_THROWS_WITH(optimizer.step(table, outside), contains("is 3, but must be one of 0, ... 2"));
  CHECK_THROWS_WITH(optimizer.step(larger, none), contains("table must be contiguous, [3, 2]"));
  optimizer.step(table, none);
  for (std::size_t i = 0; i < table.size(); ++i) CHECK(table[i] == before[i]);
}

namespace {

/// Pages of memory that the process has, where the system tells.
long resident_pages() {
  long size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident;
}

/// Steps on a table of zeros that name its rows number a and b; where they are then.
std::array<float, 2> steps_on(std::size_t rows, std::size_t columns, int a, int b) {
  const fx::optim::zeros<float> memory(rows * columns); // pages that are never written have no memory
  fx::tensor_view<float, 2> table(memory.data.get(), {rows, columns});
  fx::row_optimizer optimizer(fx::adamw{}, table);
  auto gradient = fx::grad<"table">(fx::by_rows<"table">(loss));
  const long before = resident_pages();
  for (int i = 0; i < 100; ++i) optimizer.step(table, gradient(table, std::vector{a, b, a}, 1.0f));
  CHECK(resident_pages() - before < 2000);
  return {table(a, columns - 1), table(b, 0)};
}

} // namespace

TEST_CASE("a step on a table of ten million rows touches those of the batch", "[optim]") {
  CHECK(steps_on(10'000'000, 16, 7, 9'999'999) == steps_on(3, 16, 1, 2));
}
