// SPDX-License-Identifier: MIT
// rms_norm, group_norm, instance_norm: values against loops, equivalences, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace fx = fluxpp;
using fx::dims;
using fx::make_dims;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

/// Rows of `size` numbers brought to mean 0 and variance 1.
numbers standardised(numbers x, std::size_t size, double epsilon) {
  for (auto row = x.begin(); row != x.end(); row += static_cast<std::ptrdiff_t>(size)) {
    const auto end = row + static_cast<std::ptrdiff_t>(size);
    double mean = 0, variance = 0;
    for (auto v = row; v != end; ++v) mean += *v / static_cast<double>(size);
    for (auto v = row; v != end; ++v) variance += (*v - mean) * (*v - mean) / static_cast<double>(size);
    for (auto v = row; v != end; ++v) *v = (*v - mean) / std::sqrt(variance + epsilon);
  }
  return x;
}

} // namespace

TEST_CASE("normalisations over groups, channels and roots of mean squares obey the laws", "[ops]") {
  const laws::argument c{make_dims(6)}, x{make_dims(5, 6, 2, 7)};
  const laws::options named{{5, 6, 7}};
  laws::check(
      "group_norm", [](const vars& a) { return fx::group_norm(a[0], 3, a[1], a[2]); }, {x, c, c}, named);
  laws::check(
      "group_norm of rows", [](const vars& a) { return fx::group_norm(a[0], 2, a[1], a[2]); },
      {{make_dims(5, 6)}, c, c}, named);
  laws::check(
      "instance_norm", [](const vars& a) { return fx::instance_norm(a[0], a[1], a[2], 0.1); }, {x, c, c}, named);
  laws::check(
      "rms_norm", [](const vars& a) { return fx::rms_norm(a[0], a[1]); }, {{make_dims(5, 4, 7)}, {make_dims(4, 7)}},
      named);
}

TEST_CASE("group_norm standardises each group of each image", "[ops]") {
  const dims shape = make_dims(2, 6, 3, 5);
  const numbers x = laws::random_numbers(180, 1), ones(6, 1.0), zeros(6, 0.0);
  const std::vector<laws::argument> a{{shape, x}, {make_dims(6), ones}, {make_dims(6), zeros}};
  const auto group = [](const vars& v) { return fx::group_norm(v[0], 2, v[1], v[2]); };
  const auto single = [](const vars& v) { return fx::group_norm(v[0], 6, v[1], v[2], 0.5); };
  const auto instance = [](const vars& v) { return fx::instance_norm(v[0], v[1], v[2], 0.5); };
  CHECK(laws::worst(laws::value(group, a), standardised(x, 45, 1e-5)) <= 1e-13);
  CHECK(laws::worst(laws::value(instance, a), standardised(x, 15, 0.5)) <= 1e-13);
  CHECK(laws::worst(laws::value(instance, a), laws::value(single, a)) <= 1e-13);
}

TEST_CASE("normalisations scale and shift by channel", "[ops]") {
  const std::vector<laws::argument> a{
      {make_dims(1, 2, 2), {1, 3, 10, 30}}, {make_dims(2), {1, 2}}, {make_dims(2), {0, 5}}};
  const numbers y = laws::value([](const vars& v) { return fx::instance_norm(v[0], v[1], v[2], 0); }, a);
  CHECK(laws::worst(y, {-1, 1, 3, 7}) <= 1e-14);
}

TEST_CASE("rms_norm divides by the root of the mean square", "[ops]") {
  const std::vector<laws::argument> a{{make_dims(2, 2), {3, 4, 0, 0}}, {make_dims(2), {1, 10}}};
  const numbers y = laws::value([](const vars& v) { return fx::rms_norm(v[0], v[1], 0.5); }, a);
  CHECK(laws::worst(y, {3 / std::sqrt(13.0), 40 / std::sqrt(13.0), 0, 0}) <= 1e-14);
}

TEST_CASE("normalisations that do not fit are faults", "[ops]") {
  const laws::argument c{make_dims(6)}, x{make_dims(5, 6, 2)};
  CHECK(laws::fault([](const vars& a) { return fx::group_norm(a[0], 4, a[1], a[1]); }, {x, c}) == rule::groups);
  CHECK(laws::fault([](const vars& a) { return fx::group_norm(a[0], 0, a[1], a[1]); }, {x, c}) == rule::groups);
  CHECK(laws::fault([](const vars& a) { return fx::group_norm(a[0], 3, a[1], a[1]); }, {{make_dims(6)}, c}) ==
        rule::rank);
  CHECK(laws::fault([](const vars& a) { return fx::instance_norm(a[0], a[1], a[1]); }, {{make_dims(5, 6)}, c}) ==
        rule::rank);
  CHECK(laws::fault([](const vars& a) { return fx::instance_norm(a[0], a[1], a[1]); }, {{make_dims(5, 6, 0)}, c}) ==
        rule::empty);
  CHECK(laws::fault([](const vars& a) { return fx::rms_norm(a[0], a[1]); }, {x, {make_dims(2, 5, 6, 2)}}) ==
        rule::axis);
}

TEST_CASE("a named number of channels must divide into the groups when the program is called", "[ops]") {
  fx::graph::tape t;
  const fx::var x = t.input(make_dims(2, t.extents.symbol(1), 3), {});
  const fx::var c = t.input(make_dims(t.extents.symbol(1)), {fx::graph::space::argument, 1, false});
  const fx::var y = fx::group_norm(x, 2, c, c);
  for (const int channels : {4, 5}) {
    fx::eval::reference<double> r(t);
    r.bind(0, make_dims(2, channels, 3), numbers(static_cast<std::size_t>(6 * channels)));
    r.bind(1, make_dims(channels), numbers(static_cast<std::size_t>(channels)));
    if (channels == 5) CHECK_THROWS_AS(r.run(), fx::shape_error);
    else CHECK(r.bound_shape(y) == make_dims(2, 4, 3));
  }
}
