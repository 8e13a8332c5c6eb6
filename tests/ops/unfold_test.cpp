// SPDX-License-Identifier: MIT
// unfold, fold, transposed convolutions and convolutions of volumes: values against loops, shapes, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace fx = fluxpp;
using fx::dims;
using fx::make_dims;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

/// The definition of a correlation of volumes with one number for all strides, paddings and dilations.
numbers correlated(const dims& shape, const numbers& x, const dims& filters, const numbers& w, const dims& result,
                   int stride, int pad, int dilation, int groups) {
  numbers y;
  fx::eval::for_each_index(result, [&](const std::vector<int>& o) {
    double sum = 0;
    const int group = o[1] / (filters[0] / groups);
    fx::eval::for_each_index(filters, [&](std::vector<int> tap) {
      if (tap[0] != o[1]) return;
      std::vector<int> at{o[0], group * filters[1] + tap[1], 0, 0, 0};
      for (std::size_t i = 2; i < 5; ++i) {
        at[i] = o[i] * stride - pad + tap[i] * dilation;
        if (at[i] < 0 || at[i] >= shape[static_cast<int>(i)]) return;
      }
      sum += x[fx::eval::offset_of(at, 5, shape)] * w[fx::eval::offset_of(tap, 5, filters)];
    });
    y.push_back(sum);
  });
  return y;
}

} // namespace

TEST_CASE("unfold and fold obey the laws", "[ops]") {
  const laws::argument x{make_dims(2, 3, 7, 6)};
  const laws::options named{{2, 3, 7}};
  laws::check(
      "unfold", [](const vars& a) { return fx::unfold(a[0] * a[0], 3); }, {x}, named);
  laws::check(
      "uneven",
      [](const vars& a) {
        return fx::unfold(a[0] * a[0], {2, 3}, {.stride = {2, 1}, .pad = {1, 0, 2, 1}, .dilation = {3, 1}});
      },
      {x}, named);
  laws::check("fold",
              [](const vars& a) {
                return fx::fold(a[0] * a[0], {5, 4}, {2, 3}, {.stride = 2, .pad = 1});
              },
              {{make_dims(2, 18, 6)}}, {{2, 18}});
}

TEST_CASE("unfold writes the pixels under each window as a column", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(1, 1, 3, 3), {1, 2, 3, 4, 5, 6, 7, 8, 9}}};
  CHECK(laws::shape([](const vars& a) { return fx::unfold(a[0], 2); }, x) == make_dims(1, 4, 4));
  CHECK(laws::value([](const vars& a) { return fx::unfold(a[0], 2); }, x) ==
        numbers{1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9});
  CHECK(laws::value(
            [](const vars& a) {
              return fx::unfold(a[0], {1, 2}, {.stride = {2, 2}, .pad = {0, 1}});
            },
            x) == numbers{0, 2, 0, 8, 1, 3, 7, 9});
  CHECK(laws::value([](const vars& a) { return fx::fold(fx::unfold(a[0], 2), 3, 2); }, x) ==
        numbers{1, 4, 3, 8, 20, 12, 7, 16, 9}); // each pixel as often as windows hold it
}

TEST_CASE("a convolution is a product of filters with unfolded images", "[ops]") {
  const std::vector<laws::argument> a{{make_dims(2, 3, 7, 6)}, {make_dims(4, 3, 3, 2)}};
  const auto direct = [](const vars& v) { return fx::conv2d(v[0], v[1], {.stride = {2, 1}, .pad = 1, .dilation = 2}); };
  const auto product = [](const vars& v) {
    const fx::var columns = fx::unfold(v[0], {3, 2}, {.stride = {2, 1}, .pad = 1, .dilation = 2});
    return fx::matmul(fx::reshape(v[1], {4, -1}), columns);
  };
  CHECK(laws::worst(laws::value(direct, a), laws::value(product, a)) <= 1e-13);
}

TEST_CASE("foldings that do not fit are faults", "[ops]") {
  const laws::argument x{make_dims(1, 1, 3, 3)}, y{make_dims(1, 4, 4)};
  CHECK(laws::fault([](const vars& a) { return fx::unfold(a[0], 4); }, {x}) == rule::conv_window);
  CHECK(laws::fault([](const vars& a) { return fx::unfold(a[0], 0); }, {x}) == rule::window_options);
  CHECK(laws::fault([](const vars& a) { return fx::unfold(a[0], 2); }, {y}) == rule::rank);
  CHECK(laws::fault([](const vars& a) { return fx::fold(a[0], 4, 2); }, {y}) == rule::fold);
  CHECK(laws::fault([](const vars& a) { return fx::fold(a[0], 3, 3); }, {y}) == rule::fold);
  CHECK(laws::fault([](const vars& a) { return fx::fold(a[0], 3, 2); }, {x}) == rule::rank);
}

TEST_CASE("transposed convolutions obey the laws", "[ops]") {
  laws::check("padded output",
              [](const vars& a) {
                return fx::conv_transpose2d(a[0], a[1], {.stride = {2, 3}, .pad = 1, .output_padding = {1, 2}});
              },
              {{make_dims(2, 5, 4, 3)}, {make_dims(5, 3, 3, 2)}}, {{4, 2, 3}});
  laws::check("groups and dilation",
              [](const vars& a) {
                return fx::conv_transpose2d(a[0], a[1], {.output_padding = 1, .dilation = {2, 3}, .groups = 2});
              },
              {{make_dims(2, 4, 4, 3)}, {make_dims(4, 3, 3, 2)}}, {{2, 3}});
  laws::check("1-D", [](const vars& a) { return fx::conv_transpose1d(a[0], a[1], {.stride = 3, .output_padding = 2}); },
              {{make_dims(2, 3, 7)}, {make_dims(3, 4, 5)}}, {{7}});
}

TEST_CASE("a transposed convolution puts its filter where each pixel is", "[ops]") {
  const std::vector<laws::argument> a{{make_dims(1, 1, 2), {1, 10}}, {make_dims(1, 1, 3), {1, 2, 3}}};
  CHECK(laws::value([](const vars& v) { return fx::conv_transpose1d(v[0], v[1], {.stride = 2, .output_padding = 1}); },
                    a) == numbers{1, 2, 13, 20, 30, 0});
  CHECK(laws::value([](const vars& v) { return fx::conv_transpose1d(v[0], v[1], {.stride = 2, .pad = 1}); }, a) ==
        numbers{2, 13, 20});
  CHECK(laws::fault([](const vars& v) { return fx::conv_transpose1d(v[0], v[1], {.output_padding = 1}); }, a) ==
        rule::window_options);
}

TEST_CASE("convolutions of volumes obey the laws", "[ops]") {
  laws::check("plain", [](const vars& a) { return fx::conv3d(a[0], a[1]); },
              {{make_dims(2, 2, 3, 5, 4)}, {make_dims(3, 2, 2, 3, 2)}}, {{4, 5}});
  laws::check(
      "uneven",
      [](const vars& a) {
        return fx::conv3d(a[0], a[1], {.stride = {2, 1, 2}, .pad = {1, 0, 2}, .dilation = {1, 2, 1}, .groups = 2});
      },
      {{make_dims(1, 4, 5, 7, 4)}, {make_dims(2, 2, 3, 3, 2)}}, {{3, 5, 7}});
}

TEST_CASE("a convolution of volumes sums over slices, rows and columns", "[ops]") {
  const dims x = make_dims(2, 4, 5, 6, 7), w = make_dims(6, 2, 3, 2, 3), y = make_dims(2, 6, 3, 4, 4);
  const numbers image = laws::random_numbers(1680, 1), filter = laws::random_numbers(216, 2);
  const auto conv = [](const vars& a) {
    return fx::conv3d(a[0], a[1], {.stride = 2, .pad = 1, .dilation = 1, .groups = 2});
  };
  REQUIRE(laws::shape(conv, {{x, image}, {w, filter}}) == y);
  CHECK(laws::worst(laws::value(conv, {{x, image}, {w, filter}}), correlated(x, image, w, filter, y, 2, 1, 1, 2)) <=
        1e-13);
  CHECK(laws::fault(conv, {{x, image}, {make_dims(6, 3, 3, 2, 3)}}) == rule::conv_channels);
  CHECK(laws::fault(conv, {{x, image}, {make_dims(6, 2, 8, 2, 3)}}) == rule::conv_window);
  CHECK(laws::fault(conv, {{x, image}, {make_dims(6, 2, 2, 3)}}) == rule::rank);
}
