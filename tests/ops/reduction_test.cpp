// SPDX-License-Identifier: MIT
// Reductions: values, axes, empty axes, kinks, and the laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <limits>

namespace fx = fluxpp;
using fx::make_dims;
using fx::graph::rule;
using laws::vars;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

laws::argument vector(laws::numbers v) { return {make_dims(static_cast<int>(v.size())), v}; }

} // namespace

TEST_CASE("reductions obey the laws over any axes", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3, 5)}};
  const laws::options named{{2, 5}};
  laws::check(
      "sum",
      [](const vars& a) {
        return fx::sum(a[0], {0, 2}) * fx::sum(a[0], {0, 2});
      },
      x, named);
  laws::check(
      "mean", [](const vars& a) { return fx::mean(a[0] * a[0] * a[0], 1); }, x, named);
  laws::check(
      "prod",
      [](const vars& a) {
        return fx::prod(a[0], {1, 2});
      },
      x, named);
  laws::check(
      "prod over all", [](const vars& a) { return fx::prod(a[0]); }, x, named);
  laws::check(
      "max", [](const vars& a) { return fx::max(a[0] * a[0], -1); }, x, named);
  laws::check(
      "max over the first axis", [](const vars& a) { return fx::max(a[0] * a[0], 0); }, x, named);
  laws::check(
      "min over outer axes",
      [](const vars& a) {
        return fx::min(a[0] * a[0], fx::axes{0, 2}.kept());
      },
      x, named);
  laws::check(
      "variance",
      [](const vars& a) {
        return fx::variance(a[0], {0, 2});
      },
      x, named);
  laws::check(
      "unbiased variance", [](const vars& a) { return fx::variance(a[0] * a[0], 2, 1); }, x, named);
  laws::check(
      "norm", [](const vars& a) { return fx::norm(a[0], 1); }, x, named);
  laws::check(
      "logsumexp",
      [](const vars& a) {
        return fx::logsumexp(a[0], {0, 1});
      },
      x, named);
  laws::check(
      "softmax", [](const vars& a) { return fx::softmax(a[0]); }, x, named);
  laws::check(
      "softmax along the first axis", [](const vars& a) { return fx::softmax(a[0], 0); }, x, named);
  laws::check(
      "log_softmax", [](const vars& a) { return fx::log_softmax(a[0], 1); }, x, named);
}

TEST_CASE("products obey the laws where elements are 0", "[ops]") {
  const laws::options named{{2, 5}};
  laws::numbers values(30);
  for (std::size_t i = 0; i < 30; ++i) values[i] = 0.5 + 0.1 * static_cast<double>(i * 7 % 13);
  for (const std::size_t zero : {30u, 4u, 6u}) { // none, one, then two, of which the rows and columns have one each
    INFO("zero at " << zero);
    if (zero < 30) values[zero] = 0;
    const std::vector<laws::argument> x{{make_dims(2, 3, 5), values}};
    laws::check(
        "over all", [](const vars& a) { return fx::prod(a[0]); }, x, named);
    laws::check(
        "over the first axis", [](const vars& a) { return fx::prod(a[0], 0); }, x, named);
    laws::check(
        "over the last axis", [](const vars& a) { return fx::prod(a[0], 2); }, x, named);
    laws::check(
        "over outer axes",
        [](const vars& a) {
          return fx::prod(a[0], {0, 2});
        },
        x, named);
  }
  laws::numbers line(77, 1.01);
  line[20] = line[70] = 0;
  laws::check("of a long line", [](const vars& a) { return fx::prod(a[0]); }, {{make_dims(77), line}}, {{77}});
}

TEST_CASE("axes count from the end, may stay, and may be all", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3, 5)}};
  CHECK(laws::shape([](const vars& a) { return fx::sum(a[0]); }, x) == make_dims());
  CHECK(laws::shape([](const vars& a) { return fx::sum(a[0], fx::keep_dims); }, x) == make_dims(1, 1, 1));
  CHECK(laws::shape([](const vars& a) { return fx::max(a[0], -2); }, x) == make_dims(2, 5));
  CHECK(laws::shape([](const vars& a) { return fx::prod(a[0], fx::axes{0, -1}.kept()); }, x) == make_dims(1, 3, 1));
  CHECK(laws::shape([](const vars& a) { return fx::argmax(a[0], 1); }, x) == make_dims(2, 5));
  CHECK(laws::shape([](const vars& a) { return fx::argmin(a[0], fx::axes{1}.kept()); }, x) == make_dims(2, 1, 5));
  CHECK(laws::fault([](const vars& a) { return fx::sum(a[0], 3); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::softmax(a[0], -4); }, x) == rule::axis);
}

TEST_CASE("an empty axis sums to 0, multiplies to 1, and has no mean and no maximum", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 0)}};
  CHECK(laws::value([](const vars& a) { return fx::sum(a[0], 1); }, x) == laws::numbers{0, 0});
  CHECK(laws::value([](const vars& a) { return fx::prod(a[0], 1); }, x) == laws::numbers{1, 1});
  CHECK(laws::value([](const vars& a) { return fx::mean(a[0], 0); }, x).empty());
  CHECK(laws::fault([](const vars& a) { return fx::mean(a[0]); }, x) == rule::empty);
  CHECK(laws::fault([](const vars& a) { return fx::max(a[0], 1); }, x) == rule::empty);
  CHECK(laws::fault([](const vars& a) { return fx::argmin(a[0]); }, x) == rule::empty);
}

TEST_CASE("a named axis that turns out empty is refused when the program is called", "[ops]") {
  fx::graph::tape t;
  const auto x = t.input(make_dims(t.extents.symbol(1)), {fx::graph::space::argument, 0, false});
  t.outputs.push(fx::max(x).id);
  fx::eval::reference<double> r(t);
  r.bind(0, make_dims(0), {});
  CHECK_THROWS_AS(r.run(), fx::shape_error);
}

TEST_CASE("the first extremum is found, a NaN before all numbers", "[ops]") {
  const auto argmax = [](const vars& a) { return fx::argmax(a[0]); };
  const auto argmin = [](const vars& a) { return fx::argmin(a[0]); };
  CHECK(laws::value(argmax, {vector({1, 3, 2, 3})}) == laws::numbers{1});
  CHECK(laws::value(argmin, {vector({2, 1, 1, 3})}) == laws::numbers{1});
  CHECK(laws::value(argmax, {vector({1, not_a_number, inf, not_a_number})}) == laws::numbers{1});
  laws::numbers longer(100);
  for (int i = 0; i < 100; ++i) longer[static_cast<std::size_t>(i)] = (i * 37) % 50;
  CHECK(laws::value(argmax, {vector(longer)}) == laws::numbers{27});
  CHECK(laws::value(argmin, {vector(longer)}) == laws::numbers{0});
  longer[98] = not_a_number;
  CHECK(laws::value(argmax, {vector(longer)}) == laws::numbers{98});
  longer[60] = not_a_number;
  CHECK(laws::value(argmin, {vector(longer)}) == laws::numbers{60});
  const std::vector<laws::argument> matrix{{make_dims(2, 3), {1, 5, 2, 4, 3, 2}}};
  CHECK(laws::value([](const vars& a) { return fx::argmax(a[0], 0); }, matrix) == laws::numbers{1, 0, 0});
  CHECK(laws::value([](const vars& a) { return fx::argmin(a[0], 1); }, matrix) == laws::numbers{0, 2});
  CHECK(laws::value(argmax, matrix) == laws::numbers{1});
}

namespace {

/// The gradient of a scalar function at a vector.
laws::numbers gradient(laws::function f, const laws::numbers& at) {
  fx::graph::tape t;
  vars x;
  x.push(t.input(make_dims(static_cast<int>(at.size())), {fx::graph::space::argument, 0, false}));
  const auto xbar = fx::autodiff::adjoint(t, f(x), t.constant(1), x);
  fx::eval::reference<double> r(t);
  r.bind(0, make_dims(static_cast<int>(at.size())), at);
  r.run();
  return r.value(xbar[0]);
}

} // namespace

TEST_CASE("gradients at kinks, zeros and ties are the documented ones", "[ops]") {
  using numbers = laws::numbers;
  CHECK(gradient([](const vars& a) { return fx::max(a[0]); }, {1, 3, 3}) == numbers{0, 1, 0});
  CHECK(gradient([](const vars& a) { return fx::min(a[0]); }, {3, 1, 1}) == numbers{0, 1, 0});
  CHECK(gradient([](const vars& a) { return fx::norm(a[0]); }, {0, 0}) == numbers{0, 0});
  CHECK(gradient([](const vars& a) { return fx::prod(a[0]); }, {2, 0, 3}) == numbers{0, 6, 0});
  CHECK(gradient([](const vars& a) { return fx::prod(a[0]); }, {2, 0, 0}) == numbers{0, 0, 0});
  const auto first_slope = [](const vars& a) {
    return fx::sum(fx::slice(fx::autodiff::adjoint(*a[0].tape, fx::prod(a[0]), a[0].tape->constant(1), a)[0], 0, 0, 1));
  };
  CHECK(gradient(first_slope, {0, 2, 3}) == numbers{0, 3, 2});
  CHECK(gradient(first_slope, {0, 0, 3}) == numbers{0, 3, 0});
  CHECK(gradient(first_slope, {5, 0, 0}) == numbers{0, 0, 0});
  CHECK(gradient([](const vars& a) { return fx::stop_gradient(fx::sum(a[0])) * fx::sum(a[0]); }, {2, 5}) ==
        numbers{7, 7});
}

TEST_CASE("logsumexp and softmax stand large, equal and infinite scores", "[ops]") {
  const auto logsumexp = [](const vars& a) { return fx::logsumexp(a[0]); };
  CHECK(laws::value(logsumexp, {vector({1000, 1000})})[0] == approx(1000 + std::log(2.0)));
  CHECK(laws::value(logsumexp, {vector({-inf, -inf})})[0] == -inf);
  CHECK(laws::value(logsumexp, {vector({inf, 0})})[0] == inf);
  CHECK(std::isnan(laws::value(logsumexp, {vector({not_a_number, 0})})[0]));
  CHECK(laws::value([](const vars& a) { return fx::softmax(a[0]); }, {vector({-inf, 3})}) == laws::numbers{0, 1});
  CHECK(laws::value([](const vars& a) { return fx::log_softmax(a[0]); }, {vector({0, 1e9})})[0] == -1e9);
}

TEST_CASE("max and min of two values are the pairwise operations", "[ops]") {
  const std::vector<laws::argument> x{vector({1, 4}), vector({3, 2})};
  CHECK(laws::value([](const vars& a) { return fx::max(a[0], a[1]); }, x) == laws::numbers{3, 4});
  CHECK(laws::value([](const vars& a) { return fx::min(a[0], 2.0); }, x) == laws::numbers{1, 2});
}
