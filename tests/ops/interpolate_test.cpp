// SPDX-License-Identifier: MIT
// interpolate, upsample: values of PyTorch 1.13, conventions at borders and corners, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace fx = fluxpp;
using fx::interpolation;
using fx::make_dims;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

/// i * 7 % 11 for i = 0, ... 19 as an image of 4 rows and 5 columns.
std::vector<laws::argument> image() {
  numbers x;
  for (int i = 0; i < 20; ++i) x.push_back(i * 7 % 11);
  return {{make_dims(1, 1, 4, 5), x}};
}

template <interpolation Mode, bool Align, bool Antialias> fx::var resized(const vars& a) {
  return fx::interpolate(a[0], {5, 3}, {.mode = Mode, .align_corners = Align, .antialias = Antialias});
}

} // namespace

TEST_CASE("interpolations obey the laws", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3, 5, 7)}}, line{{make_dims(2, 3, 7)}};
  const laws::options named{{2, 5, 7}};
  laws::check(
      "nearest",
      [](const vars& a) {
        return fx::interpolate(a[0], {3, 11}, {.mode = interpolation::nearest});
      },
      x, named);
  laws::check(
      "linear",
      [](const vars& a) {
        return fx::interpolate(a[0] * a[0], {8, 3});
      },
      x, named);
  laws::check(
      "cubic",
      [](const vars& a) {
        return fx::interpolate(a[0] * a[0], {9, 4}, {.mode = interpolation::cubic, .align_corners = true});
      },
      x, named);
  laws::check(
      "antialiased",
      [](const vars& a) {
        return fx::interpolate(a[0] * a[0], {2, 11}, {.mode = interpolation::cubic, .antialias = true});
      },
      x, named);
  laws::check(
      "sequences", [](const vars& a) { return fx::upsample(a[0] * a[0], 3); }, line, named);
  laws::check("volumes",
              [](const vars& a) {
                return fx::interpolate(a[0], {2, 4, 3});
              },
              {{make_dims(1, 2, 3, 3, 5)}}, {{5}});
}

// python3, torch 1.13.1: x = (torch.arange(20.) * 7 % 11).view(1, 1, 4, 5).double();
// torch.nn.functional.interpolate(x, size, mode=..., align_corners=..., antialias=...)
TEST_CASE("interpolations have the values of PyTorch", "[ops]") {
  using enum interpolation;
  const auto check = [](laws::function f, const numbers& expected) {
    CHECK(laws::worst(laws::value(f, image()), expected) <= 1e-14);
  };
  check(
      [](const vars& a) {
        return fx::interpolate(a[0], {3, 8}, {.mode = nearest});
      },
      {0, 0, 7, 7, 3, 10, 10, 6, 2, 2, 9, 9, 5, 1, 1, 8, 4, 4, 0, 0, 7, 3, 3, 10});
  check(
      [](const vars& a) {
        return fx::interpolate(a[0], {3, 8}, {.mode = nearest_exact});
      },
      {0, 0, 7, 3, 3, 10, 6, 6, 4, 4, 0, 7, 7, 3, 10, 10, 6, 6, 2, 9, 9, 5, 1, 1});
  check(resized<linear, false, false>,
        {2.3333333333333335, 3.0, 7.333333333333332, 3.733333333333334, 4.4, 6.166666666666668, 3.5, 6.0,
         6.666666666666669, 3.266666666666667, 7.600000000000001, 6.066666666666666, 4.666666666666666, 9.0,
         2.333333333333332});
  check(resized<linear, false, true>,
        {3.0000000000000004, 5.444444444444445, 7.714285714285714, 4.3999999999999995, 5.133333333333334,
         5.814285714285715, 3.6428571428571423, 4.777777777777779, 6.000000000000002, 2.885714285714286,
         5.155555555555557, 5.714285714285714, 4.285714285714286, 6.555555555555556, 2.714285714285714});
  check(resized<linear, true, false>, {0, 3, 6, 1.5, 4.5, 7.5, 3, 6, 9, 4.5, 7.5, 7.75, 6, 9, 1});
  check(resized<linear, true, true>,
        {3.4285714285714284, 6.5, 7.0, 4.678571428571429, 5.171875, 6.53125, 4.410714285714286, 4.609375, 7.0,
         2.964285714285714, 5.078125, 7.46875, 4.464285714285714, 5.546875, 2.78125});
  check(resized<cubic, false, false>,
        {2.3044259259259263, 2.8785000000000016, 7.774148148148152, 4.09659259259259, 4.221500000000001,
         5.93224074074074, 3.388888888888887, 6.0, 6.898726851851857, 2.6811851851851842, 7.778500000000001,
         6.249740740740747, 4.473351851851852, 9.121500000000006, 1.700662037037043});
  check(resized<cubic, false, true>,
        {2.714201183431953, 5.742419499105546, 7.87965976331361, 4.704724262649614, 5.250432312392204, 5.49559640553339,
         3.7211538461538463, 4.449127906976743, 6.110576923076924, 2.600283381184982, 4.913857669458567,
         6.107707222491517, 4.33269230769231, 6.801923076923079, 2.562130177514792});
  check(resized<cubic, true, false>,
        {0, 3, 6, 1.3359375, 4.3359375, 7.3359375, 3, 6, 10.03125, 4.6640625, 7.6640625, 8.171875, 6, 9, 1});
  check(resized<cubic, true, true>,
        {3.037063635795916, 6.846753318279452, 7.119461287313433, 4.894415067458345, 5.087780765553211,
         6.626863599158091, 4.585553412656904, 4.275131169280442, 7.6773529052734375, 2.513731235466237,
         5.14654564586383, 8.286630092143549, 4.415048723517921, 5.7955038637059255, 1.9392911230195713});
}

TEST_CASE("an image at its own extents is itself, one pixel fills every extent", "[ops]") {
  fx::graph::tape t;
  const fx::var x = t.input(make_dims(1, 1, 3, 4), {});
  CHECK(fx::interpolate(x, {3, 4}).id == x.id);
  const std::vector<laws::argument> one{{make_dims(1, 1, 1, 1), {3}}};
  CHECK(laws::value(
            [](const vars& a) {
              return fx::interpolate(a[0], {2, 2}, {.mode = interpolation::cubic});
            },
            one) == numbers{3, 3, 3, 3});
  CHECK(laws::value(
            [](const vars& a) {
              return fx::interpolate(a[0], {1, 1}, {.align_corners = true});
            },
            image()) == numbers{0});
}

TEST_CASE("extents that do not fit are faults", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(1, 1, 3, 4)}};
  CHECK(laws::fault([](const vars& a) { return fx::interpolate(a[0], {3}); }, x) == rule::interpolate);
  CHECK(laws::fault([](const vars& a) { return fx::interpolate(a[0], {3, 0}); }, x) == rule::interpolate);
  CHECK(laws::fault([](const vars& a) { return fx::interpolate(a[0], {3, -1}); }, x) == rule::interpolate);
  CHECK(laws::fault([](const vars& a) { return fx::interpolate(a[0], {}); }, {{make_dims(3, 4)}}) == rule::interpolate);
  CHECK(laws::fault(
            [](const vars& a) {
              return fx::interpolate(a[0], {2, 2});
            },
            {{make_dims(1, 1, 0, 4)}}) == rule::empty);
}
