// SPDX-License-Identifier: MIT
// What compiled programs make of bad input: a sentence that names operation and argument, or a documented value.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), qnan = std::numeric_limits<double>::quiet_NaN();
using vector = std::vector<double>;
using matrix = fx::tensor<double, 2>;

matrix make_matrix(std::size_t rows, std::size_t columns, const vector& v) {
  matrix a({rows, columns});
  std::copy(v.begin(), v.end(), a.begin());
  return a;
}
/// Element by element, and a NaN is a NaN.
template <class A> bool same(const A& a, const vector& b) {
  bool all = a.size() == b.size();
  for (std::size_t i = 0; all && i < b.size(); ++i) all = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
  return all;
}

/// Attention that sees keys where a mask is positive.
constexpr auto masked = fx::function<"q", "k", "v", "mask">(
    [](auto q, auto k, auto v, auto mask) { return fx::attention(q, k, v, mask > 0.0); });
constexpr auto total = fx::function<"q", "k", "v", "mask">(
    [](auto q, auto k, auto v, auto mask) { return fx::sum(masked(q, k, v, mask)); });

/// f(x, index), compiled, with an index out of range: the sentence says so, and a good index works afterwards.
template <class F, class X> void check_index(F f, const X& x, int bound, const char* call, const char* argument) {
  auto compiled = fx::compile(f);
  for (const int bad : {-1, bound}) {
    const std::string text = "fluxpp::" + std::string(call) + ": " + argument + "[1] is " + std::to_string(bad) +
                             ", but must be one of 0, ... " + std::to_string(bound - 1);
    CHECK_THROWS_WITH(compiled(x, std::vector<int>{0, bad}), text);
    CHECK_THROWS_AS(compiled(x, std::vector<int>{0, bad}), fx::value_error);
  }
  CHECK_NOTHROW(compiled(x, std::vector<int>{0, bound - 1}));
}

} // namespace

TEST_CASE("an index that names nothing is refused by every operation that takes one", "[eval]") {
  const matrix x = make_matrix(2, 3, {1, 2, 3, 4, 5, 6});
  const auto gather = "gather(x, index)", add = "scatter_add(x, index, n)", most = "scatter_max(x, index, n)";
  check_index([](auto a, auto i) { return fx::gather(a, i, 1); }, x, 3, gather, "index");
  check_index([](auto a, auto i) { return fx::index_select(a, i); }, x, 2, gather, "index");
  check_index([](auto a, auto i) { return fx::embedding(a, i); }, x, 2, gather, "index");
  check_index([](auto a, auto i) { return fx::take_along(a, fx::reshape(i, {2, 1}), 1); }, x, 3, gather, "index");
  check_index([](auto a, auto i) { return fx::scatter_add(a, i, 5); }, x, 5, add, "index");
  check_index([](auto a, auto i) { return fx::scatter_max(a, i, 5); }, x, 5, most, "index");
  check_index([](auto a, auto i) { return fx::segment_sum(a, i, 5); }, x, 5, add, "index");
  check_index([](auto a, auto i) { return fx::segment_mean(a, i, 5); }, x, 5, add, "index");
  check_index([](auto a, auto i) { return fx::segment_max(a, i, 5); }, x, 5, most, "index");
  check_index([](auto a, auto i) { return fx::segment_softmax(a, i, 5); }, x, 5, most, "index");
  check_index([](auto a, auto i) { return fx::cross_entropy(a, i); }, x, 3, "cross_entropy(x, label)", "label");
  CHECK(same(fx::compile([](auto i) { return fx::one_hot(i, 2); })(std::vector<int>{2, -1, 1}), {0, 0, 0, 0, 0, 1}));
}

TEST_CASE("an index of an index inside a loop is refused too", "[eval]") {
  auto walk = fx::compile([](auto next, auto start) {
    const auto step = [&](auto at, auto) {
      const auto to = fx::gather(next, at);
      return std::pair{to, to};
    };
    return fx::scan(step, start, std::tuple<>{}, {.runs = 3}).second;
  });
  CHECK(same(walk(vector{1, 2, 0}, 0.0), {1, 2, 0}));
  CHECK_THROWS_WITH(walk(vector{1, 7, 0}, 0.0), "fluxpp::gather(x, index): index[0] is 7, but must be one of 0, ... 2");
}

TEST_CASE("matrices that an operation cannot take are refused by name", "[eval]") {
  const matrix singular = make_matrix(2, 2, {1, 2, 2, 4}), indefinite = make_matrix(2, 2, {1, 2, 2, 1}),
               unknown = make_matrix(2, 2, {1, qnan, qnan, 1}), b = make_matrix(2, 1, {1, 1});
  auto solve = fx::compile([](auto a, auto y) { return fx::solve(a, y); });
  auto inverse = fx::compile([](auto a) { return fx::inverse(a); });
  auto cholesky = fx::compile([](auto a) { return fx::cholesky(a); });
  auto triangle = fx::compile([](auto a, auto y) { return fx::triangular_solve(a, y); });
  auto eigh = fx::compile([](auto a) { return fx::eigh(a).values; });
  auto svd = fx::compile([](auto a) { return fx::svd(a).s; });
  auto qr = fx::compile([](auto a) { return fx::qr(a).r; });
  auto det = fx::compile([](auto a) { return fx::det(a); });
  CHECK_THROWS_WITH(solve(singular, b), "fluxpp::solve(a, b): a must not be singular: pivot 1 is 0 (matrix 0)");
  CHECK_THROWS_WITH(inverse(singular), "fluxpp::inverse(a): a must not be singular: pivot 1 is 0 (matrix 0)");
  CHECK_THROWS_WITH(cholesky(indefinite),
                    "fluxpp::cholesky(a): a must be positive definite: pivot 1 is not above 0 (matrix 0)");
  CHECK_THROWS_WITH(triangle(make_matrix(2, 2, {1, 0, 1, 0}), b),
                    "fluxpp::triangular_solve(a, b): a must not be singular: pivot 1 is 0 (matrix 0)");
  CHECK_THROWS_WITH(solve(unknown, b), "fluxpp::solve(a, b): a must be finite (matrix 0)");
  CHECK_THROWS_WITH(inverse(unknown), "fluxpp::inverse(a): a must be finite (matrix 0)");
  CHECK_THROWS_WITH(cholesky(unknown), "fluxpp::cholesky(a): a must be finite (matrix 0)");
  CHECK_THROWS_WITH(eigh(unknown), "fluxpp::eigh(a): a must be finite (matrix 0)");
  CHECK_THROWS_WITH(svd(unknown), "fluxpp::svd(a): a must be finite (matrix 0)");
  CHECK_THROWS_WITH(qr(unknown), "fluxpp::qr(a): a must be finite (matrix 0)");
  CHECK_THROWS_WITH(det(unknown), "fluxpp::det(a): a must be finite (matrix 0)");
  CHECK(det(singular) == 0);
  CHECK(fx::compile([](auto a) { return fx::logdet(a); })(make_matrix(2, 2, {1, 1, 1, 1})) == -inf);
  CHECK_THROWS_AS(qr(make_matrix(2, 3, {1, 2, 3, 4, 5, 6})), fx::shape_error);
}

TEST_CASE("a NaN stays one in reductions and is the largest where there is an order", "[eval]") {
  const vector x{2, qnan, 1};
  CHECK(std::isnan(fx::compile([](auto a) { return fx::max(a); })(x)));
  CHECK(std::isnan(fx::compile([](auto a) { return fx::min(a); })(x)));
  CHECK(std::isnan(fx::compile([](auto a) { return fx::logsumexp(a); })(x)));
  CHECK(fx::compile([](auto a) { return fx::argmax(a); })(x) == 1);
  CHECK(fx::compile([](auto a) { return fx::argmin(a); })(x) == 1);
  CHECK(same(fx::compile([](auto a) { return fx::softmax(a); })(x), {qnan, qnan, qnan}));
  CHECK(same(fx::compile([](auto a) { return fx::sort(a); })(x), {1, 2, qnan}));
  CHECK(same(fx::compile([](auto a) { return fx::argsort(a, 0, {.descending = true}); })(x), {1, 0, 2}));
  CHECK(same(fx::compile([](auto a) { return fx::top_k(a, 2).values; })(x), {qnan, 2}));
  CHECK(same(fx::compile([](auto a) { return fx::cumsum(a, 0); })(x), {2, qnan, qnan}));
  CHECK(same(fx::compile([](auto s, auto a) { return fx::searchsorted(s, a); })(vector{1, 2, 3}, x), {1, 3, 0}));
  CHECK(same(fx::compile([](auto a) { return fx::where(a > 1.5, a, 0.0); })(x), {2, 0, 0}));
}

TEST_CASE("groups without rows, sequences without elements and axes of extent 0 have values", "[eval]") {
  const matrix rows = make_matrix(2, 1, {3, 5}), nothing({0, 1});
  const std::vector<int> second{1, 1}, none;
  auto sum = fx::compile([](auto x, auto i) { return fx::segment_sum(x, i, 2); });
  auto mean = fx::compile([](auto x, auto i) { return fx::segment_mean(x, i, 2); });
  auto largest = fx::compile([](auto x, auto i) { return fx::segment_max(x, i, 2); });
  auto softmax = fx::compile([](auto x, auto i) { return fx::segment_softmax(x, i, 2); });
  CHECK(same(sum(rows, second), {0, 8}));
  CHECK(same(mean(rows, second), {0, 4}));
  CHECK(same(largest(rows, second), {-inf, 5}));
  CHECK(same(sum(nothing, none), {0, 0}));
  CHECK(same(mean(nothing, none), {0, 0}));
  CHECK(same(largest(nothing, none), {-inf, -inf}));
  CHECK(softmax(nothing, none).size() == 0);
  CHECK(
      same(fx::compile([](auto a, auto b) { return fx::matmul(a, b); })(matrix({2, 0}), matrix({0, 2})), {0, 0, 0, 0}));
  CHECK(fx::compile([](auto x) { return fx::sort(x); })(vector{}).size() == 0);
  CHECK(fx::compile([](auto x) { return fx::cumsum(x, 0); })(vector{}).size() == 0);
  CHECK(same(fx::compile([](auto s, auto x) { return fx::searchsorted(s, x); })(vector{}, vector{1}), {0}));
  CHECK_THROWS_AS(fx::compile([](auto x) { return fx::top_k(x, 2).values; })(vector{1}), fx::shape_error);
  CHECK_THROWS_AS(fx::compile([](auto x) { return fx::mean(x); })(vector{}), fx::shape_error);
  CHECK_THROWS_AS(fx::compile([](auto x) { return fx::softmax(x); })(vector{}), fx::shape_error);
  CHECK_THROWS_AS(fx::compile([](auto x) { return fx::max(x); })(vector{}), fx::shape_error);
}

TEST_CASE("a scan over nothing gives its first carry, and lengths count no more than there is", "[eval]") {
  constexpr auto running = [](auto x) {
    const auto step = [](auto t, auto v) { return std::pair{t + v, t * v}; };
    const auto [last, all] = fx::scan(step, fx::sum(0.0 * x) + 3.0, x);
    return last + fx::sum(all);
  };
  CHECK(fx::compile(running)(vector{}) == 3);
  CHECK(fx::grad(running)(vector{}).size() == 0);
  CHECK(fx::compile(running)(vector{1, 2}) == 6 + 3 + 8);

  auto sums = fx::compile([](auto x, auto lengths) {
    const auto step = [](auto t, auto v) { return std::pair{t + v, v}; };
    return fx::scan(step, 0.0 * fx::sum(x, 0), x, {.lengths = lengths}).first;
  });
  const matrix x = make_matrix(2, 4, {1, 1, 1, 1, 10, 10, 10, 10});
  CHECK(same(sums(x, std::vector<int>{0, 1, 2, 9}), {0, 1, 11, 11}));
  CHECK(same(sums(x, std::vector<int>{-1, -5, 0, 2}), {0, 0, 0, 11}));
}

TEST_CASE("a query that sees no key gives 0, and so does attention without keys", "[eval]") {
  const matrix q = make_matrix(2, 1, {1, 2}), k = make_matrix(2, 1, {1, 3}), v = make_matrix(2, 1, {5, 7});
  const auto y = fx::compile(masked)(q, k, v, make_matrix(2, 2, {0, 0, 1, 0}));
  CHECK(same(y, {0, 5}));
  auto gradient = fx::grad<"q", "k", "v">(total);
  const auto [qbar, kbar, vbar] = gradient(q, k, v, make_matrix(2, 2, {0, 0, 1, 0}));
  CHECK(same(qbar, {0, 0}));
  CHECK(same(kbar, {0, 0}));
  CHECK(same(vbar, {1, 0}));
  auto open = fx::compile([](auto a, auto b, auto c) { return fx::attention(a, b, c); });
  CHECK(same(open(q, matrix({0, 1}), matrix({0, 1})), {0, 0}));
}
