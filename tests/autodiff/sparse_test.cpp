// SPDX-License-Identifier: MIT
// Sparse Jacobians and diagonals of Hessians: patterns, colours, values, and what makes them be found again.
#include "catch.hpp"

#include <fluxpp/autodiff/jacobian.hpp>
#include <fluxpp/autodiff/sparse.hpp>
#include <fluxpp/eval/cpu.hpp>

#include <cmath>
#include <vector>

namespace fx = fluxpp;

namespace {

using fx::autodiff::column_colours;
using fx::autodiff::transposed;

/// The second difference of a field, and a term that couples each point with itself alone.
constexpr auto diffusion = [](auto u) {
  return fx::slice(u, 0, 2, fx::to_end) - 2.0 * fx::slice(u, 0, 1, -1) + fx::slice(u, 0, 0, -2) +
         fx::exp(fx::slice(u, 0, 1, -1));
};
/// Observation i sees one camera and one point.
constexpr auto sightings = fx::function<"camera", "point", "c", "p">(
    [](auto camera, auto point, auto c, auto p) { return fx::gather(camera, c) * fx::tanh(fx::gather(point, p)); });

std::vector<double> field(std::size_t n) {
  std::vector<double> u(n);
  for (std::size_t i = 0; i < n; ++i) u[i] = std::sin(1.0 + static_cast<double>(i));
  return u;
}
template <class T> void check_dense(const fx::csr_matrix<T>& s, const fx::tensor<T, 2>& dense) {
  REQUIRE(s.pattern.rows() == dense.shape(0));
  REQUIRE(s.pattern.columns == dense.shape(1));
  std::size_t k = 0;
  for (std::size_t i = 0; i < s.pattern.rows(); ++i) {
    std::vector<T> row(dense.shape(1));
    for (const int j : s.pattern.row(i)) row[static_cast<std::size_t>(j)] = s.values[k++];
    for (std::size_t j = 0; j < row.size(); ++j) CHECK(row[j] == approx(dense(i, j)).margin(1e-14));
  }
}

} // namespace

TEST_CASE("the pattern of a banded Jacobian is its band, found with few directions") {
  const std::size_t n = 41;
  auto f = fx::sparse_jacobian(diffusion);
  const auto& j = f(field(n));
  REQUIRE(j.pattern.rows() == n - 2);
  REQUIRE(j.pattern.entries() == 3 * (n - 2));
  for (std::size_t i = 0; i < n - 2; ++i)
    for (std::size_t k = 0; k < 3; ++k) CHECK(j.pattern.row(i)[k] == static_cast<int>(i + k));
  CHECK(column_colours(j.pattern, transposed(j.pattern)).count == 3);
  check_dense(j, fx::jacobian(diffusion)(field(n)));
}

TEST_CASE("later calls write the values of the same entries") {
  auto f = fx::sparse_jacobian(diffusion);
  auto u = field(20);
  const auto* const column = f(u).pattern.column.data();
  const auto* const value = f(u).values.data();
  u[7] = 3;
  const auto& j = f(u);
  CHECK(j.pattern.column.data() == column);
  CHECK(j.values.data() == value);
  check_dense(j, fx::jacobian(diffusion)(u));
}

TEST_CASE("other extents, and other indices, have a pattern of their own") {
  auto f = fx::sparse_jacobian<"camera", "point">(sightings);
  const std::vector<double> camera{1, 2, 3}, point{0.1, 0.2, 0.3, 0.4};
  auto dense = fx::jacobian<"camera", "point">(sightings);
  for (const std::vector<int>& c : {std::vector{0, 1, 2, 2}, std::vector{2, 0, 1, 1}, std::vector{1, 1}}) {
    const std::vector<int> p(c.size(), 3);
    const auto& j = f(camera, point, c, p);
    CHECK(j.pattern.entries() == 2 * c.size());
    check_dense(j, dense(camera, point, c, p));
  }
}

TEST_CASE("one full row among many sparse ones is read by rows where that takes fewer directions") {
  constexpr auto arrow = [](auto x) {
    return fx::concat(x * x, fx::reshape(fx::sum(fx::sin(x)), {1}), 0); // the last row meets every column
  };
  auto f = fx::sparse_jacobian(arrow);
  check_dense(f(field(33)), fx::jacobian(arrow)(field(33)));
}

TEST_CASE("a given pattern is taken as it is") {
  fx::sparsity p{3};
  for (const int i : {0, 1, 2}) p.column.push_back(i), p.end_row();
  constexpr auto squares = [](auto x) { return x * x; };
  auto f = fx::sparse_jacobian(squares);
  const auto& j = f.pattern(p)(std::vector<float>{1, 2, 3});
  CHECK(j.values == std::vector<float>{2, 4, 6});
  CHECK_THROWS_AS(f(std::vector<float>{1, 2}), fx::shape_error);
  p.column[1] = 3;
  CHECK_THROWS_WITH(f.pattern(p), "fluxpp::sparse_jacobian(f).pattern(p): start must rise from 0 to the number of "
                                  "entries, and a column lie in [0, columns)");
}

TEST_CASE("a Jacobian without columns, or with one, is one too") {
  auto f = fx::sparse_jacobian([](auto x) { return fx::concat(x, x, 0); });
  CHECK(f(std::vector<double>{}).pattern.columns == 0);
  CHECK(f(std::vector<double>{3}).values == std::vector<double>{1, 1});
}

TEST_CASE("a function that is not finite has no pattern") {
  auto f = fx::sparse_jacobian([](auto x) { return fx::log(x); });
  CHECK_THROWS_WITH(f(std::vector<double>{1, -1}), contains("f must be finite"));
}

TEST_CASE("the diagonal of a Hessian is that of the whole") {
  constexpr auto separable = [](auto x) { return fx::sum(x * x * x) + fx::sum(fx::sin(x)); };
  constexpr auto chained = [](auto x) {
    return fx::sum(fx::exp(fx::slice(x, 0, 1, fx::to_end) * fx::slice(x, 0, 0, -1)));
  };
  constexpr auto dense = [](auto x) { return fx::exp(0.1 * fx::sum(x * x)); };
  const auto x = field(11);
  const auto check = [&]<class F>(F f) {
    const auto d = fx::hessian_diagonal(f)(x);
    const auto h = fx::hessian(f)(x);
    REQUIRE(d.size() == x.size());
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(d[i] == approx(h(i, i)));
  };
  check(separable), check(chained), check(dense);
}

TEST_CASE("the diagonal Hessian of k-means is twice the size of each cluster") {
  constexpr auto cost = fx::function<"c", "p">([](auto c, auto p) {
    const auto d = fx::reshape(p, {p.extent(0), 1, 2}) - fx::reshape(c, {1, c.extent(0), 2});
    return fx::sum(fx::min(fx::sum(d * d, 2), 1));
  });
  fx::tensor<double, 2> c(std::array<std::size_t, 2>{2, 2}), p(std::array<std::size_t, 2>{5, 2});
  c(1, 0) = c(1, 1) = 1;
  for (std::size_t i = 0; i < 10; ++i)
    p[i] = 0.1 * static_cast<double>(i); // three points are nearer to the first centre
  const auto d = fx::hessian_diagonal<"c">(cost)(c, p);
  for (const std::size_t i : {0u, 1u}) CHECK(d[i] == 6);
  for (const std::size_t i : {2u, 3u}) CHECK(d[i] == 4);
}
