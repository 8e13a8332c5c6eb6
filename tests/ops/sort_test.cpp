// SPDX-License-Identifier: MIT
// sort, argsort, top_k, searchsorted: values beside std::stable_sort, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <numeric>

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// Positions in order, by the standard library.
template <class T> std::vector<T> sorted_positions(const std::vector<T>& x, bool descending) {
  std::vector<T> at(x.size());
  std::iota(at.begin(), at.end(), T(0));
  const auto smaller = [](T a, T b) { return a < b || (b != b && a == a); };
  std::stable_sort(at.begin(), at.end(), [&](T i, T j) {
    const T a = x[static_cast<std::size_t>(i)], b = x[static_cast<std::size_t>(j)];
    return descending ? smaller(b, a) : smaller(a, b);
  });
  return at;
}

/// argsort of a vector by the kernel: its first `count` positions.
template <class T> std::vector<T> by_kernel(const std::vector<T>& x, int count, bool descending) {
  std::vector<T> y(static_cast<std::size_t>(count), T(-1));
  fx::kernels::step_args<T> s;
  s.in[0] = x.data(), s.in_shape[0] = make_dims(static_cast<int>(x.size())), s.out = y.data(),
  s.shape = make_dims(count);
  s.attr = fx::graph::make_attributes(0, descending);
  std::vector<T> scratch(fx::kernels::step<fx::ops::argsort>::scratch(s));
  s.scratch = scratch.data();
  fx::kernels::step<fx::ops::argsort>::run(s);
  return y;
}

} // namespace

TEST_CASE("sort and top_k obey the laws", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 7, 3)}};
  const laws::options named{{2, 7, 3}};
  laws::check(
      "sort", [](const vars& a) { return fx::sort(a[0] * a[0], 1); }, x, named);
  laws::check(
      "sort, largest first", [](const vars& a) { return fx::sort(fx::tanh(a[0]), -1, {.descending = true}); }, x,
      named);
  laws::check(
      "top_k", [](const vars& a) { return fx::top_k(a[0] * a[0], 3, 1).values; }, x, named);
  laws::check(
      "weights by rank",
      [](const vars& a) {
        const fx::top_elements best = fx::top_k(a[0], 2, 1);
        return best.values * fx::take_along(a[0] * a[0], best.indices, 1);
      },
      x, named);
}

TEMPLATE_TEST_CASE("argsort is the stable order, of every length, for every number of the first", "[ops]", float,
                   double) {
  for (const int n : {0, 1, 2, 3, 17, 100, 1000, 5003}) {
    std::vector<TestType> x(static_cast<std::size_t>(n));
    fx::fill_normal(x.data(), x.size(), 3, 1, 0);
    for (TestType& v : x)
      v = v > 2 ? std::numeric_limits<TestType>::quiet_NaN() : std::round(4 * v) / 4; // many are equal
    for (const bool descending : {false, true}) {
      const std::vector<TestType> all = sorted_positions(x, descending);
      for (const int count : {n, n / 2, n / 32, 0})
        CHECK(by_kernel(x, count, descending) == std::vector<TestType>(all.begin(), all.begin() + count));
    }
  }
}

TEST_CASE("equal elements keep their order, zeros of both signs are equal, NaN is the largest", "[ops]") {
  const double nan = std::nan("");
  const numbers x{0.0, nan, -0.0, inf, -inf, 0.0, -nan, 1.0};
  CHECK(by_kernel(x, 8, false) == numbers{4, 0, 2, 5, 7, 3, 1, 6});
  CHECK(by_kernel(x, 8, true) == numbers{1, 6, 3, 7, 0, 2, 5, 4});
}

TEST_CASE("top_k gives what stands first in the order, along any axis", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(3, 4), {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8}}};
  CHECK(laws::value([](const vars& a) { return fx::top_k(a[0], 2).values; }, x) == numbers{4, 3, 9, 6, 8, 5});
  CHECK(laws::value([](const vars& a) { return fx::top_k(a[0], 2).indices; }, x) == numbers{2, 0, 1, 3, 3, 0});
  CHECK(laws::value([](const vars& a) { return fx::top_k(a[0], 1, 0).indices; }, x) == numbers{1, 1, 2, 2});
  CHECK(laws::value([](const vars& a) { return fx::sort(a[0], 0); }, x) == numbers{3, 1, 2, 1, 5, 3, 4, 6, 5, 9, 5, 8});
  CHECK(laws::value([](const vars& a) { return fx::argsort(a[0]); }, x) == numbers{1, 3, 0, 2, 2, 0, 3, 1, 1, 0, 2, 3});
  CHECK(laws::shape([](const vars& a) { return fx::top_k(a[0], 0).values; }, x) == make_dims(3, 0));
  CHECK(laws::shape([](const vars& a) { return fx::sort(a[0], 0); }, {{make_dims(0, 3)}}) == make_dims(0, 3));
}

TEST_CASE("searchsorted counts the elements before each value", "[ops]") {
  const std::vector<laws::argument> row{{make_dims(5), {1, 2, 2, 4, 8}},
                                        {make_dims(2, 3), {0, 2, 3, 8, 9, std::nan("")}}};
  CHECK(laws::value([](const vars& a) { return fx::searchsorted(a[0], a[1]); }, row) == numbers{0, 1, 3, 4, 5, 5});
  CHECK(laws::value([](const vars& a) { return fx::searchsorted(a[0], a[1], fx::side::right); }, row) ==
        numbers{0, 3, 3, 5, 5, 5});
  CHECK(laws::value([](const vars& a) { return fx::searchsorted(a[0], 2.5); }, row) == numbers{3});
  const std::vector<laws::argument> rows{{make_dims(2, 3), {1, 2, 3, 10, 20, 30}}, {make_dims(2, 2), {2, 9, 2, 20}}};
  CHECK(laws::value([](const vars& a) { return fx::searchsorted(a[0], a[1]); }, rows) == numbers{1, 3, 0, 1});
}

TEST_CASE("top_k of a named axis is checked when the program is called", "[ops]") {
  fx::graph::tape t;
  const var x = t.input(make_dims(t.extents.symbol(1)), {}), best = fx::top_k(x, 3).values;
  const auto run = [&](numbers v) {
    fx::eval::reference<double> r(t);
    r.bind(0, make_dims(static_cast<int>(v.size())), v);
    r.run();
    return r.value(best);
  };
  CHECK(run({1, 5, 2, 4}) == numbers{5, 4, 2});
  CHECK_THROWS_WITH(run({1, 2}), contains("fluxpp::top_k: 2 must be at least 3"));
}

TEST_CASE("faults of sorting name their rule", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3)}, {make_dims(4, 3)}};
  CHECK(laws::fault([](const vars& a) { return fx::sort(a[0], 2); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::argsort(a[0], -3); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::top_k(a[0], 4).values; }, x) == rule::top_k);
  CHECK(laws::fault([](const vars& a) { return fx::top_k(a[0], -1).values; }, x) == rule::top_k);
  CHECK(laws::fault([](const vars& a) { return fx::searchsorted(a[0], a[1]); }, x) == rule::searchsorted);
  CHECK(laws::fault([](const vars& a) { return fx::searchsorted(fx::sum(a[0]), a[1]); }, x) == rule::searchsorted);
}
