// SPDX-License-Identifier: MIT
// Pools: window counts, padding, ties, adaptive windows, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <limits>

namespace fx = fluxpp;
using fx::make_dims;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

TEST_CASE("pools obey the laws", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3, 7, 11)}};
  const laws::options named{{2, 7, 11}};
  laws::check(
      "max", [](const vars& a) { return fx::max_pool2d(a[0] * a[0], {.size = 3, .stride = 2}); }, x, named);
  laws::check(
      "padded max",
      [](const vars& a) {
        return fx::max_pool2d(a[0] * a[0], {.size = {3, 2}, .pad = {1, 0}});
      },
      x, named);
  laws::check(
      "same max", [](const vars& a) { return fx::max_pool2d(a[0] * a[0], {.size = 3, .stride = 2, .same = true}); }, x,
      named);
  laws::check(
      "mean", [](const vars& a) { return fx::avg_pool2d(a[0] * a[0], {.size = 2}); }, x, named);
  laws::check(
      "padded mean",
      [](const vars& a) {
        return fx::avg_pool2d(a[0] * a[0], {.size = 3, .stride = {2, 1}, .pad = 1, .ceiling = true});
      },
      x, named);
  laws::check(
      "mean with padding",
      [](const vars& a) {
        return fx::avg_pool2d(a[0] * a[0], {.size = 3, .stride = 2, .pad = {1, 0, 2, 1}, .count_padding = true});
      },
      x, named);
  laws::check(
      "adaptive max",
      [](const vars& a) {
        return fx::adaptive_max_pool2d(a[0] * a[0], {3, 4});
      },
      x, named);
  laws::check(
      "adaptive mean", [](const vars& a) { return fx::adaptive_avg_pool2d(a[0] * a[0], 5); }, x, named);
  laws::check(
      "global max", [](const vars& a) { return fx::global_max_pool2d(a[0] * a[0]); }, x, named);
  laws::check(
      "global mean", [](const vars& a) { return fx::global_avg_pool2d(a[0] * a[0]); }, x, named);
}

TEST_CASE("a pool counts its windows, to the last whole one or beyond it", "[ops]") {
  using o = fx::pool_options;
  const auto extent = [](int in, const o& options) {
    fx::graph::tape fixed, named;
    const auto x = fixed.input(make_dims(1, 1, in, in), {});
    const auto y = named.input(make_dims(1, 1, named.extents.symbol(1), 8), {});
    const auto z = fx::max_pool2d(y, options);
    fx::eval::reference<double> r(named);
    r.bind(0, make_dims(1, 1, in, 8), numbers(static_cast<std::size_t>(8 * in)));
    CHECK(r.bound_shape(z)[2] == fx::max_pool2d(x, options).extent(2));
    return fx::max_pool2d(x, options).extent(2);
  };
  CHECK(extent(7, {.size = 2}) == 3);
  CHECK(extent(7, {.size = 2, .ceiling = true}) == 4);
  CHECK(extent(8, {.size = 2, .ceiling = true}) == 4);
  CHECK(extent(54, {.size = 3, .stride = 2, .ceiling = true}) == 27);
  CHECK(extent(6, {.size = 2, .stride = 4, .pad = 1, .ceiling = true}) == 2); // a third would see only padding
  CHECK(extent(7, {.size = 3, .stride = 2, .same = true}) == 4);
  CHECK(extent(7, {.size = 3, .stride = 1, .pad = 1}) == 7);
}

TEST_CASE("a pool sees its padding as -infinity, or not at all, or as zeros", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(1, 1, 2, 2), {-1, -2, -3, -4}}};
  CHECK(laws::value([](const vars& a) { return fx::max_pool2d(a[0], {.pad = 1}); }, x) == numbers{-1, -2, -3, -4});
  CHECK(laws::value([](const vars& a) { return fx::avg_pool2d(a[0], {.pad = 1}); }, x) == numbers{-1, -2, -3, -4});
  CHECK(laws::value([](const vars& a) { return fx::avg_pool2d(a[0], {.pad = 1, .count_padding = true}); }, x) ==
        numbers{-0.25, -0.5, -0.75, -1});
}

TEST_CASE("adaptive windows cover the image evenly", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(1, 1, 1, 5), {1, 2, 3, 4, 5}}};
  CHECK(laws::value([](const vars& a) { return fx::adaptive_max_pool2d(a[0], {1, 3}); }, x) == numbers{2, 4, 5});
  CHECK(laws::value([](const vars& a) { return fx::adaptive_avg_pool2d(a[0], {1, 3}); }, x) == numbers{1.5, 3, 4.5});
  CHECK(laws::value([](const vars& a) { return fx::adaptive_avg_pool2d(a[0], {2, 1}); }, x) == numbers{3, 3});
}

TEST_CASE("a window with a NaN has it as its maximum", "[ops]") {
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const std::vector<laws::argument> x{{make_dims(1, 1, 1, 4), {1, not_a_number, 3, 4}}};
  const numbers y = laws::value([](const vars& a) { return fx::max_pool2d(a[0], {.size = {1, 2}}); }, x);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 4);
}

TEST_CASE("pools that do not fit are faults", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(1, 1, 2, 4)}}, flat{{make_dims(2, 4)}};
  CHECK(laws::fault([](const vars& a) { return fx::max_pool2d(a[0], {.size = 3}); }, x) == rule::conv_window);
  CHECK(laws::fault([](const vars& a) { return fx::max_pool2d(a[0], {.size = 1, .pad = 1}); }, x) ==
        rule::window_options);
  CHECK(laws::fault([](const vars& a) { return fx::avg_pool2d(a[0]); }, flat) == rule::rank);
  CHECK(laws::fault([](const vars& a) { return fx::adaptive_avg_pool2d(a[0], 0); }, x) == rule::window_options);
}
