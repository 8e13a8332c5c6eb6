// SPDX-License-Identifier: MIT
// grid_sample: values of PyTorch 1.13, places outside, NaN, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <limits>

namespace fx = fluxpp;
using fx::make_dims;
using fx::outside;
using fx::sampling;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

template <sampling Mode, outside Padding, bool Align> fx::var sampled(const vars& a) {
  return fx::grid_sample(a[0], a[1], {.mode = Mode, .padding = Padding, .align_corners = Align});
}

/// i * 7 % 11 for i = 0, ... 19 as an image of 4 rows and 5 columns, and places inside, outside, between and on pixels.
std::vector<laws::argument> image_and_grid() {
  numbers x;
  for (int i = 0; i < 20; ++i) x.push_back(i * 7 % 11);
  const numbers grid{-1, -1, 1, 1, 0.1, -0.3, -0.95, 0.4, 1.3, -2.6, 0.55, 3.9, 0, 0, -0.25, 0.75};
  return {{make_dims(1, 1, 4, 5), x}, {make_dims(1, 2, 4, 2), grid}};
}

/// Random places in an image of 5 rows and 4 columns, away from the pixels and the borders between them, where slopes jump.
numbers smooth_places(std::size_t n) {
  const auto far_from_kinks = [](double pixel) { return std::abs(2 * pixel - std::round(2 * pixel)) > 0.05; };
  numbers grid;
  for (const double g : laws::random_numbers(10 * n, 1)) {
    const double extent = grid.size() % 2 == 0 ? 4 : 5;
    if (grid.size() < n && far_from_kinks(((g + 1) * extent - 1) / 2) && far_from_kinks((g + 1) * (extent - 1) / 2))
      grid.push_back(g);
  }
  return grid;
}

} // namespace

TEST_CASE("samples of images obey the laws", "[ops]") {
  const std::vector<laws::argument> a{{make_dims(3, 2, 5, 4)}, {make_dims(3, 6, 7, 2), smooth_places(252)}};
  const laws::options named{{2, 3, 5, 4, 7}};
  laws::check("zeros", sampled<sampling::linear, outside::zeros, false>, a, named);
  laws::check("zeros, aligned", sampled<sampling::linear, outside::zeros, true>, a, named);
  laws::check("border", sampled<sampling::linear, outside::border, false>, a, named);
  laws::check("reflection", sampled<sampling::linear, outside::reflection, false>, a, named);
  laws::check("reflection, aligned", sampled<sampling::linear, outside::reflection, true>, a, named);
  laws::check("nearest", sampled<sampling::nearest, outside::reflection, true>, a, named);
  laws::check(
      "of squares", [](const vars& v) { return fx::grid_sample(v[0] * v[0], v[1]); }, a);
}

// python3, torch 1.13.1: x = (torch.arange(20.) * 7 % 11).view(1, 1, 4, 5).double(), the grid below as (1, 2, 4, 2);
// torch.nn.functional.grid_sample(x, grid, mode, padding_mode, align_corners)
TEST_CASE("samples of images have the values of PyTorch", "[ops]") {
  const auto check = [](laws::function f, const numbers& expected) {
    CHECK(laws::worst(laws::value(f, image_and_grid()), expected) <= 1e-14);
  };
  using enum sampling;
  using enum outside;
  check(sampled<linear, zeros, false>, {0, 0.25, 4.075, 2.875, 0, 0, 6, 4.625});
  check(sampled<linear, zeros, true>, {0, 1, 4.3, 3.8, 0, 0, 6, 4.75});
  check(sampled<linear, border, false>, {0, 1, 4.075, 4.6, 6, 3.5, 6, 4.625});
  check(sampled<linear, border, true>, {0, 1, 4.3, 3.8, 6, 4.6, 6, 4.75});
  check(sampled<linear, reflection, false>, {0, 1, 4.075, 4.6, 3.875, 4.225, 6, 4.625});
  check(sampled<linear, reflection, true>, {0, 1, 4.3, 3.8, 4.84, 2.4, 6, 4.75});
  check(sampled<nearest, zeros, false>, {0, 0, 5, 4, 0, 0, 7, 2});
  check(sampled<nearest, zeros, true>, {0, 1, 5, 4, 0, 0, 7, 9});
  check(sampled<nearest, border, false>, {0, 1, 5, 4, 6, 5, 7, 2});
  check(sampled<nearest, border, true>, {0, 1, 5, 4, 6, 5, 7, 9});
  check(sampled<nearest, reflection, false>, {0, 1, 5, 4, 1, 1, 7, 2});
  check(sampled<nearest, reflection, true>, {0, 1, 5, 4, 3, 1, 7, 9});
}

TEST_CASE("the identity grid gives the image", "[ops]") {
  const numbers x = laws::random_numbers(12, 1);
  numbers grid;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) grid.insert(grid.end(), {(2 * j + 1) / 4.0 - 1, (2 * i + 1) / 3.0 - 1});
  const std::vector<laws::argument> a{{make_dims(1, 1, 3, 4), x}, {make_dims(1, 3, 4, 2), grid}};
  CHECK(laws::worst(laws::value(sampled<sampling::linear, outside::zeros, false>, a), x) <= 1e-14);
  CHECK(laws::value(sampled<sampling::nearest, outside::zeros, false>, a) == x);
}

TEST_CASE("one pixel, aligned and reflected, fills every place", "[ops]") {
  const std::vector<laws::argument> a{{make_dims(1, 1, 1, 1), {3}}, {make_dims(1, 1, 2, 2), {-5, 0.3, 0, 7}}};
  CHECK(laws::value(sampled<sampling::linear, outside::reflection, true>, a) == numbers{3, 3});
}

TEST_CASE("a place that is no number gives none, a pixel that is none reaches the places around it", "[ops]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<laws::argument> place{{make_dims(1, 1, 2, 2), {1, 2, 3, 4}},
                                          {make_dims(1, 1, 2, 2), {nan, 0, 0, 0}}};
  const numbers y = laws::value(sampled<sampling::linear, outside::zeros, false>, place);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 2.5);
  const std::vector<laws::argument> pixel{{make_dims(1, 1, 1, 3), {nan, 2, 4}},
                                          {make_dims(1, 1, 2, 2), {-0.5, 0, 0.5, 0}}};
  const numbers z = laws::value(sampled<sampling::linear, outside::border, true>, pixel);
  CHECK(std::isnan(z[0]));
  CHECK(z[1] == 3);
}

TEST_CASE("grids that do not fit are faults", "[ops]") {
  const auto f = sampled<sampling::linear, outside::zeros, false>;
  const laws::argument x{make_dims(2, 3, 5, 4)};
  CHECK(laws::fault(f, {x, {make_dims(2, 3, 7, 3)}}) == rule::grid);
  CHECK(laws::fault(f, {x, {make_dims(3, 3, 7, 2)}}) == rule::grid);
  CHECK(laws::fault(f, {x, {make_dims(2, 7, 2)}}) == rule::grid);
}
