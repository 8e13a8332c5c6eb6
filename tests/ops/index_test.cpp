// SPDX-License-Identifier: MIT
// gather, take_along, scatter_add, scatter_max and segments: values, faults, laws.
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

/// What a linear operation is made of to have a second derivative.
var square(var x) { return x * x; }

/// Indices 0, ... n - 1 of a shape, each used, in no order.
laws::argument indices(fx::dims shape, int n) {
  laws::argument a{shape, numbers(laws::count(shape)), true};
  for (std::size_t i = 0; i < a.values.size(); ++i)
    a.values[i] = static_cast<double>((i * 7 + i / 3) % static_cast<unsigned>(n));
  return a;
}
std::vector<laws::argument> with_indices(fx::dims x, fx::dims index, int n) { return {{x}, indices(index, n)}; }

} // namespace

TEST_CASE("gather and scatter_add along any axis obey the laws", "[ops]") {
  const auto table = with_indices(make_dims(5, 2, 3), make_dims(2, 4), 5);
  laws::check("gather", [](const vars& a) { return fx::gather(square(a[0]), a[1]); }, table, {{3, 5, 4}});
  const auto middle = with_indices(make_dims(2, 5, 3), make_dims(4, 2), 5);
  laws::check("gather in the middle", [](const vars& a) { return fx::gather(square(a[0]), a[1], 1); }, middle,
              {{3, 5}});
  const auto last = with_indices(make_dims(2, 3, 5), make_dims(7), 5);
  laws::check("gather at the end", [](const vars& a) { return fx::gather(square(a[0]), a[1], -1); }, last, {{3, 7}});
  laws::check(
      "gather of numbers", [](const vars& a) { return fx::gather(square(a[0]), a[1]); },
      with_indices(make_dims(5), make_dims(3), 5));
  laws::check("one row", [](const vars& a) { return fx::gather(square(a[0]), 2.0, 1); }, {{make_dims(3, 5)}}, {{3, 5}});

  const auto rows = with_indices(make_dims(2, 4, 3), make_dims(2, 4), 7);
  laws::check("scatter_add", [](const vars& a) { return fx::scatter_add(square(a[0]), a[1], 7); }, rows, {{3, 4}});
  const auto columns = with_indices(make_dims(3, 2, 4), make_dims(2, 4), 7);
  laws::check("scatter_add at the end", [](const vars& a) { return fx::scatter_add(square(a[0]), a[1], 7, -1); },
              columns, {{2, 4}});
}

TEST_CASE("take_along obeys the laws", "[ops]") {
  const laws::options named{{2, 3, 5, 4}};
  const auto along = [](const vars& a) { return fx::take_along(square(a[0]), a[1], 1); };
  laws::check("take_along", along, with_indices(make_dims(2, 5, 3), make_dims(2, 4, 3), 5), named);
  laws::check("rows of each", along, with_indices(make_dims(2, 5, 3), make_dims(2, 4, 1), 5), named);
  laws::check("the same of each", along, with_indices(make_dims(2, 5, 3), make_dims(1, 4, 3), 5), named);
  laws::check("mixed", along, with_indices(make_dims(2, 5, 3, 2), make_dims(2, 4, 3, 1), 5), named);
}

TEST_CASE("scatter_max and segments obey the laws", "[ops]") {
  const auto rows = with_indices(make_dims(8, 3), make_dims(8), 3);
  laws::check("scatter_max", [](const vars& a) { return fx::scatter_max(square(a[0]), a[1], 3); }, rows, {{8}});
  const auto columns = with_indices(make_dims(3, 2, 4), make_dims(2, 4), 3);
  laws::check("scatter_max at the end", [](const vars& a) { return fx::scatter_max(square(a[0]), a[1], 3, 1); },
              columns, {{2, 4}});
  laws::check("segment_mean", [](const vars& a) { return fx::segment_mean(square(a[0]), a[1], 5); }, rows, {{8}});
  laws::check("segment_softmax", [](const vars& a) { return fx::segment_softmax(a[0], a[1], 5); }, rows, {{8, 3}});
}

TEST_CASE("elements are found and put where their numbers say", "[ops]") {
  const numbers six{1, 2, 3, 4, 5, 6};
  const std::vector<laws::argument> x{{make_dims(2, 3), six}, {make_dims(2), {2, 0}, true}};
  CHECK(laws::value([](const vars& a) { return fx::gather(a[0], a[1], 1); }, x) == numbers{3, 1, 6, 4});
  CHECK(laws::value([](const vars& a) { return fx::gather(a[0], 1.0, 1); }, x) == numbers{2, 5});
  const std::vector<laws::argument> along{{make_dims(2, 3), six}, {make_dims(2, 2), {2, 0, 1, 1}, true}};
  CHECK(laws::value([](const vars& a) { return fx::take_along(a[0], a[1]); }, along) == numbers{3, 1, 5, 5});
  const std::vector<laws::argument> one{{make_dims(2, 3), six}, {make_dims(1, 3), {1, 0, 1}, true}};
  CHECK(laws::value([](const vars& a) { return fx::take_along(a[0], a[1], 0); }, one) == numbers{4, 2, 6});
  const std::vector<laws::argument> groups{{make_dims(4, 2), {1, 2, 3, 4, 5, 6, 7, 0}},
                                           {make_dims(4), {2, 0, 2, 2}, true}};
  CHECK(laws::value([](const vars& a) { return fx::segment_sum(a[0], a[1], 4); }, groups) ==
        numbers{3, 4, 0, 0, 13, 8, 0, 0});
  CHECK(laws::value([](const vars& a) { return fx::segment_max(a[0], a[1], 4); }, groups) ==
        numbers{3, 4, -inf, -inf, 7, 6, -inf, -inf});
  CHECK(laws::value([](const vars& a) { return fx::segment_mean(a[0], a[1], 3); }, groups) ==
        numbers{3, 4, 0, 0, 13.0 / 3, 8.0 / 3});
}

TEST_CASE("scatter_max takes the first NaN, and gives its gradient to the first largest", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(5), {1, std::nan(""), 3, 3, -inf}},
                                      {make_dims(5), {0, 0, 1, 1, 2}, true}};
  const numbers y = laws::value([](const vars& a) { return fx::scatter_max(a[0], a[1], 4); }, x);
  CHECK(std::isnan(y[0]));
  CHECK(numbers(y.begin() + 1, y.end()) == numbers{3, -inf, -inf});
  const laws::program p([](const vars& a) { return fx::scatter_max(a[0], a[1], 4); }, x, {{}, false}, {});
  const laws::results at(p, x);
  CHECK(at.r.value(p.xbar[0]) == numbers{0, at.ybar[0], at.ybar[1], 0, at.ybar[2]});
}

TEST_CASE("segment_softmax sums to 1 within each group, whatever the scores", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(6), {1e4, 1e4, -1e4, 3, -inf, 3}},
                                      {make_dims(6), {0, 0, 1, 2, 2, 2}, true}};
  CHECK(laws::value([](const vars& a) { return fx::segment_softmax(a[0], a[1], 3); }, x) ==
        numbers{0.5, 0.5, 1, 0.5, 0, 0.5});
}

TEST_CASE("empty arrays and empty groups have values", "[ops]") {
  const std::vector<laws::argument> none{{make_dims(3, 2)}, {make_dims(0), {}, true}};
  CHECK(laws::shape([](const vars& a) { return fx::gather(a[0], a[1]); }, none) == make_dims(0, 2));
  const std::vector<laws::argument> nothing{{make_dims(0, 2)}, {make_dims(0), {}, true}};
  CHECK(laws::value([](const vars& a) { return fx::segment_sum(a[0], a[1], 2); }, nothing) == numbers(4, 0.0));
  CHECK(laws::value([](const vars& a) { return fx::segment_mean(a[0], a[1], 2); }, nothing) == numbers(4, 0.0));
  CHECK(laws::value([](const vars& a) { return fx::segment_max(a[0], a[1], 2); }, nothing) == numbers(4, -inf));
  const std::vector<laws::argument> flat{{make_dims(3, 0)}, {make_dims(3), {0, 1, 0}, true}};
  CHECK(laws::shape([](const vars& a) { return fx::segment_max(a[0], a[1], 2); }, flat) == make_dims(2, 0));
}

TEST_CASE("an index out of range is refused before anything is written", "[ops]") {
  for (const double bad : {-1.0, 3.0, 0.5, 1.75, 1e30, std::nan("")}) {
    const numbers x{1, 2, 3, 4, 5, 6}, index{0, 2, bad};
    numbers y(6, -7.0);
    fx::kernels::step_args<double> args;
    args.in[0] = x.data(), args.in[1] = index.data(), args.out = y.data();
    args.in_shape[0] = make_dims(3, 2), args.in_shape[1] = make_dims(3, 1), args.shape = make_dims(3, 2);
    args.attr = fx::graph::make_attributes(0, 0);
    numbers scratch(6);
    args.scratch = scratch.data();
    CHECK_THROWS_AS(fx::kernels::step<fx::ops::gather>::run(args), fx::value_error);
    CHECK_THROWS_WITH(fx::kernels::step<fx::ops::gather>::run(args),
                      contains("index[2] is ") && contains("one of 0, ... 2"));
    CHECK_THROWS_AS(fx::kernels::step<fx::ops::scatter_add>::run(args), fx::value_error);
    CHECK_THROWS_AS(fx::kernels::step<fx::ops::scatter_argmax>::run(args), fx::value_error);
    CHECK(y == numbers(6, -7.0));
  }
}

TEST_CASE("indices of named extents are checked when the program is called", "[ops]") {
  fx::graph::tape t;
  const auto leaf = [&](fx::dims d, bool integer) {
    return t.input(d, {fx::graph::space::argument, t.leaves().size(), integer});
  };
  const var x = leaf(make_dims(t.extents.symbol(1), 2), false), index = leaf(make_dims(t.extents.symbol(2)), true);
  const var sums = fx::segment_sum(x, index, 3);
  const auto run = [&](int rows, numbers at) {
    fx::eval::reference<double> r(t);
    r.bind(0, make_dims(rows, 2), numbers(static_cast<std::size_t>(2 * rows), 1.0));
    r.bind(1, make_dims(static_cast<int>(at.size())), at);
    r.run();
    return r.value(sums);
  };
  CHECK(run(2, {2, 2}) == numbers{0, 0, 0, 0, 2, 2});
  CHECK(run(0, {}) == numbers(6, 0.0));
  CHECK_THROWS_WITH(run(2, {2, 2, 2}), contains("fluxpp::scatter_add"));
  CHECK_THROWS_AS(run(3, {2, 3, 1}), fx::value_error);
  CHECK_THROWS_WITH(run(3, {2, 3, 1}),
                    contains("fluxpp::scatter_add(x, index, n): index[1] is 3, but must be one of 0"));
}

TEST_CASE("faults of indices name their rule", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3)}, {make_dims(3), {}, true}};
  CHECK(laws::fault([](const vars& a) { return fx::gather(fx::sum(a[0]), a[1]); }, x) == rule::gather);
  CHECK(laws::fault([](const vars& a) { return fx::gather(a[0], a[1], 2); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::take_along(a[0], a[1]); }, x) == rule::along);
  CHECK(laws::fault([](const vars& a) { return fx::scatter_add(a[0], a[1], 4); }, x) == rule::scatter);
  CHECK(laws::fault([](const vars& a) { return fx::scatter_add(a[0], a[1], 4, 2); }, x) == rule::scatter);
  CHECK(laws::fault([](const vars& a) { return fx::scatter_max(a[0], a[1], 4); }, x) == rule::scatter);
  CHECK(laws::fault([](const vars& a) { return fx::scatter_add(a[0], a[1], 4, 1); }, x) == rule::none);
  const std::vector<laws::argument> xy{{make_dims(2, 3)}, {make_dims(3, 2), {}, true}};
  CHECK(laws::fault([](const vars& a) { return fx::take_along(a[0], a[1]); }, xy) == rule::along);
  CHECK(laws::fault([](const vars& a) { return fx::segment_mean(a[0], a[1], 2); }, xy) == rule::scatter);
  CHECK(laws::fault([](const vars& a) { return fx::segment_softmax(a[0], a[1], 2); }, xy) == rule::scatter);
}
