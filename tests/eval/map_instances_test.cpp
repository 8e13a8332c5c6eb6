// SPDX-License-Identifier: MIT
// map_instances in the CPU evaluator: whole blocks of rows and the rest, the same numbers as on whole arrays.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <cmath>
#include <vector>

namespace {

namespace fx = fluxpp;
using fx::tensor;
using fx::var;

constexpr auto pair_of = [](auto p, auto q, auto w, var scale) {
  const var d = p[0] - q[1];
  return std::array{fx::sin(d * w) * scale, fx::exp(0.1 * p[1] * q[0]) + w * w, 1.0 - scale * w};
};
constexpr auto column = [](var x, int j) { return fx::reshape(fx::slice(x, 1, j, j + 1), {-1}); };
constexpr auto weighted = [](var y) { return fx::sum(column(y, 0) * column(y, 1)) + fx::sum(fx::sin(column(y, 2))); };

constexpr auto mapped =
    fx::function<"p", "q", "w", "scale", "from", "to">([](auto p, auto q, auto w, auto scale, auto from, auto to) {
      return weighted(fx::map_instances([&](auto a, auto b, auto v) { return pair_of(a, b, v, scale); },
                                        fx::rows<2>(p, from), fx::rows<2>(q, to), w));
    });
constexpr auto written_out =
    fx::function<"p", "q", "w", "scale", "from", "to">([](auto p, auto q, auto w, auto scale, auto from, auto to) {
      const auto rows = [](var x, var index) {
        const var y = fx::gather(x, index);
        return std::array{column(y, 0), column(y, 1)};
      };
      const auto out = pair_of(rows(p, from), rows(q, to), w, scale);
      return weighted(fx::stack({out[0], out[1], out[2]}, 1));
    });

struct problem {
  tensor<double, 2> p{std::array<std::size_t, 2>{7, 2}}, q{std::array<std::size_t, 2>{5, 2}};
  std::vector<double> w;
  std::vector<int> from, to;
  explicit problem(std::size_t n) {
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = std::sin(1.3 * static_cast<double>(i));
    for (std::size_t i = 0; i < q.size(); ++i) q[i] = std::cos(0.7 * static_cast<double>(i));
    for (std::size_t i = 0; i < n; ++i) {
      w.push_back(1 + 0.3 * std::sin(static_cast<double>(i)));
      from.push_back(static_cast<int>(i * 3 % 7)), to.push_back(static_cast<int>(i * i % 5));
    }
  }
};

template <class A, class B> bool close(const A& a, const B& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-12 * (1 + std::abs(b[i])))) return false;
  return true;
}

} // namespace

TEST_CASE("map_instances gives the value and the gradients of the same function on whole arrays", "[eval]") {
  auto f = fx::value_and_grad<"p", "q", "w", "scale">(mapped);
  auto g = fx::value_and_grad<"p", "q", "w", "scale">(written_out);
  for (const std::size_t n : {0u, 1u, 127u, 128u, 129u, 700u, 5000u}) {
    const problem x(n);
    INFO(n << " rows");
    const auto [a, da] = f(x.p, x.q, x.w, 0.7, x.from, x.to);
    const auto [b, db] = g(x.p, x.q, x.w, 0.7, x.from, x.to);
    CHECK(a == approx(b));
    CHECK(close(da.get<"p">(), db.get<"p">()));
    CHECK(close(da.get<"q">(), db.get<"q">()));
    CHECK(close(da.get<"w">(), db.get<"w">()));
    CHECK(da.get<"scale">() == approx(db.get<"scale">()));
  }
}

TEST_CASE("map_instances refuses an index that names no row, and rows of another length", "[eval]") {
  auto f = fx::compile(mapped);
  problem x(5);
  x.from[3] = 7;
  CHECK_THROWS_WITH(f(x.p, x.q, x.w, 0.7, x.from, x.to), contains("map_instances(f, rows(x, index))"));
  x.from[3] = 0;
  const tensor<double, 2> wide(std::array<std::size_t, 2>{7, 3});
  CHECK_THROWS_AS(f(wide, x.q, x.w, 0.7, x.from, x.to), fx::shape_error);
  x.w.push_back(1);
  CHECK_THROWS_AS(f(x.p, x.q, x.w, 0.7, x.from, x.to), fx::shape_error);
}

TEST_CASE("map_instances gives the same bits for any number of threads", "[eval]") {
  const problem x(5000);
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  std::vector<double> first;
  for (const int threads : {1, 2, 3, 7}) {
    pool.resize(threads);
    auto f = fx::grad<"w">(mapped);
    const auto g = f(x.p, x.q, x.w, 0.7, x.from, x.to);
    const std::vector<double> all(g.begin(), g.end());
    if (first.empty()) first = all;
    CHECK(all == first);
  }
  pool.resize(before);
}

TEST_CASE("the Jacobian of maps follows indices of any type, and takes no pattern", "[eval]") {
  constexpr auto squares = fx::function<"x", "i">(
      [](auto v, auto i) { return fx::map_instances([](auto p) { return p * p; }, fx::rows<>(v, i)); });
  auto f = fx::sparse_jacobian<"x">(squares);
  const std::vector<double> x{1, 2, 3};
  CHECK(f(x, std::vector<double>{0, 1}).pattern.column == std::vector<int>{0, 1});
  CHECK(f(x, std::vector<double>{2, 1}).pattern.column == std::vector<int>{2, 1});
  CHECK(f(x, std::vector<double>{2, 1}).values == std::vector<double>{6, 4});
  auto given = fx::sparse_jacobian<"x">(squares);
  given.pattern({3, {0, 1, 2}, {0, 1}});
  CHECK_THROWS_AS(given(x, std::vector<int>{0, 1}), fx::value_error);
}
