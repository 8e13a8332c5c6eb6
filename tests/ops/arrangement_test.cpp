// SPDX-License-Identifier: MIT
// flip, roll, tile, repeat_interleave, tril, triu, masked_fill: values, faults, laws.
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

var square(var x) { return x * x; }
std::vector<laws::argument> counted(fx::dims shape) {
  numbers v(laws::count(shape));
  std::iota(v.begin(), v.end(), 1.0);
  return {{shape, v}};
}

} // namespace

TEST_CASE("arrangements obey the laws", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3, 5)}}, xy{{make_dims(2, 3, 5)}, {make_dims(3, 5)}};
  const laws::options named{{2, 3, 5}};
  laws::check(
      "flip",
      [](const vars& a) {
        return fx::flip(square(a[0]), {0, 2});
      },
      x, named);
  laws::check(
      "flip of the middle", [](const vars& a) { return fx::flip(square(a[0]), 1); }, x, named);
  laws::check(
      "roll", [](const vars& a) { return fx::roll(square(a[0]), 2, -1); }, x, named);
  laws::check(
      "roll back", [](const vars& a) { return fx::roll(square(a[0]), -1, 0); }, x, named);
  laws::check(
      "repeat_interleave", [](const vars& a) { return fx::repeat_interleave(square(a[0]), 3, 1); }, x, named);
  laws::check(
      "tile",
      [](const vars& a) {
        return fx::tile(square(a[0]), {2, 1, 3});
      },
      x, named);
  laws::check(
      "tile by an extent, into a new axis",
      [](const vars& a) {
        return fx::tile(square(a[0]), {2, 1, a[0].extent(1), 1});
      },
      x, named);
  laws::check(
      "tril", [](const vars& a) { return fx::tril(square(a[0]), -1); }, x, named);
  laws::check(
      "triu", [](const vars& a) { return fx::triu(square(a[0]), 1); }, x, named);
  laws::check(
      "masked_fill", [](const vars& a) { return fx::masked_fill(square(a[0]), a[1] < 0.0, fx::sum(a[1] * a[1])); }, xy,
      named);
}

TEST_CASE("arrangements put elements where NumPy does", "[ops]") {
  const auto x = counted(make_dims(2, 3)), v = counted(make_dims(5));
  const auto flip = [](const vars& a) { return fx::flip(a[0]); };
  CHECK(laws::value(flip, x) == numbers{6, 5, 4, 3, 2, 1});
  CHECK(laws::value([](const vars& a) { return fx::flip(a[0], 0); }, x) == numbers{4, 5, 6, 1, 2, 3});
  CHECK(laws::value([](const vars& a) { return fx::flip(a[0], -1); }, x) == numbers{3, 2, 1, 6, 5, 4});
  CHECK(laws::value([](const vars& a) { return fx::roll(a[0], 2, 0); }, v) == numbers{4, 5, 1, 2, 3});
  CHECK(laws::value([](const vars& a) { return fx::roll(a[0], -2, 0); }, v) == numbers{3, 4, 5, 1, 2});
  CHECK(laws::value([](const vars& a) { return fx::roll(a[0], 12, 0); }, v) == numbers{4, 5, 1, 2, 3});
  CHECK(laws::value([](const vars& a) { return fx::roll(a[0], 1, 1); }, x) == numbers{3, 1, 2, 6, 4, 5});
  CHECK(laws::value([](const vars& a) { return fx::repeat_interleave(a[0], 2, 1); }, x) ==
        numbers{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6});
  CHECK(laws::value([](const vars& a) { return fx::repeat_interleave(a[0], 2, 0); }, x) ==
        numbers{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
  CHECK(laws::value([](const vars& a) { return fx::tile(a[0], {2}); }, x) ==
        numbers{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
  const auto twice = [](const vars& a) { return fx::tile(a[0], {2, 1}); };
  CHECK(laws::value(twice, x) == numbers{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  const auto square = counted(make_dims(3, 3));
  CHECK(laws::value([](const vars& a) { return fx::tril(a[0]); }, square) == numbers{1, 0, 0, 4, 5, 0, 7, 8, 9});
  CHECK(laws::value([](const vars& a) { return fx::tril(a[0], 1); }, square) == numbers{1, 2, 0, 4, 5, 6, 7, 8, 9});
  CHECK(laws::value([](const vars& a) { return fx::triu(a[0], 1); }, square) == numbers{0, 2, 3, 0, 0, 6, 0, 0, 0});
  CHECK(laws::value([](const vars& a) { return fx::triu(a[0], -1); }, square) == numbers{1, 2, 3, 4, 5, 6, 0, 8, 9});
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<laws::argument> outside{{make_dims(2, 2), {1, std::nan(""), inf, -inf}}};
  CHECK(laws::value([](const vars& a) { return fx::triu(fx::tril(a[0])); }, outside) == numbers{1, 0, 0, -inf});
  CHECK(laws::value([](const vars& a) { return fx::where(a[0] > 2.0, a[0], -1.0); }, counted(make_dims(4))) ==
        numbers{-1, -1, 3, 4});
}

TEST_CASE("arrangements of empty arrays are empty", "[ops]") {
  const std::vector<laws::argument> empty{{make_dims(2, 0)}};
  CHECK(laws::shape([](const vars& a) { return fx::flip(a[0]); }, empty) == make_dims(2, 0));
  CHECK(laws::shape([](const vars& a) { return fx::roll(a[0], 3, 1); }, empty) == make_dims(2, 0));
  CHECK(laws::shape([](const vars& a) { return fx::repeat_interleave(a[0], 3, 0); }, empty) == make_dims(6, 0));
  const auto none = [](const vars& a) { return fx::tile(a[0], {0, 1}); };
  CHECK(laws::shape(none, counted(make_dims(2, 3))) == make_dims(0, 3));
  CHECK(laws::shape([](const vars& a) { return fx::tril(a[0]); }, empty) == make_dims(2, 0));
}

TEST_CASE("arrangements of a named axis are checked when the program is called", "[ops]") {
  fx::graph::tape t;
  const var x = t.input(make_dims(t.extents.symbol(1)), {});
  const var y = fx::roll(x, 3, 0);
  const auto run = [&](int n) {
    fx::eval::reference<double> r(t);
    r.bind(0, make_dims(n), numbers(static_cast<std::size_t>(n), 1.0));
    r.run();
    return r.shape(y);
  };
  CHECK(run(3) == make_dims(3));
  CHECK(run(8) == make_dims(8));
  CHECK_THROWS_AS(run(2), fx::shape_error);
}

TEST_CASE("faults of arrangements name their rule", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3)}}, v{{make_dims(3)}};
  CHECK(laws::fault([](const vars& a) { return fx::flip(a[0], 2); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::roll(a[0], 1, 2); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::tril(a[0]); }, v) == rule::rank);
  CHECK(laws::fault([](const vars& a) { return fx::repeat_interleave(a[0], -1, 0); }, x) == rule::repeats);
  CHECK(laws::fault([](const vars& a) { return fx::repeat_interleave(a[0], 2, 2); }, x) == rule::axis);
  const auto negative = [](const vars& a) { return fx::tile(a[0], {2, -3}); };
  CHECK(laws::fault(negative, x) == rule::repeats);
  const auto seven = [](const vars& a) { return fx::tile(a[0], {1, 1, 1, 1, 1, 1, 1}); };
  CHECK(laws::fault(seven, x) == rule::repeats);
}
