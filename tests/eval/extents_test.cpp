// SPDX-License-Identifier: MIT
// Extents known at the call: what is checked before any work, what is cached, and that nothing stale is seen.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <array>
#include <cmath>
#include <vector>

namespace fx = fluxpp;
using fx::var;

namespace {

constexpr auto distance = fx::function<"x", "y">([](auto x, auto y) { return fx::sum(fx::square(x - y)); });
constexpr auto layer = fx::function<"x", "w">([](auto x, auto w) { return fx::mean(fx::tanh(fx::matmul(x, w)), 1); });

template <class F> fx::shape_error error_of(F f) {
  try {
    f();
  } catch (const fx::shape_error& e) { return e; }
  FAIL("no shape_error was thrown");
  return {"", ""};
}

fx::tensor<double, 2> filled(std::size_t rows, std::size_t columns, double value) {
  fx::tensor<double, 2> x({rows, columns});
  for (double& v : x) v = value;
  return x;
}

} // namespace

TEST_CASE("two extents that must be equal and are not give one sentence with axis, argument and numbers", "[eval]") {
  auto f = fx::value_and_grad(distance);
  const std::vector<double> x(64, 1.0), y(63, 2.0);
  const fx::shape_error e = error_of([&] { f(x, y); });
  CHECK_THAT(e.what(), contains("axis 0 of y is 63"));
  CHECK_THAT(e.what(), contains("axis 0 of x is 64"));
  CHECK(e.axis == 0);
  CHECK((e.argument == "x" || e.argument == "y"));
  CHECK(e.expected + e.got == 127);
}

TEST_CASE("the sentence names the line of an operator too", "[eval]") {
  const int line = __LINE__;
  auto f = fx::compile([](auto x, auto y) {
    auto a = x * 2.0;
    return a - y;
  });
  const fx::shape_error e = error_of([&] { f(std::vector<double>(64), std::vector<double>(63)); });
  INFO(e.what());
  CHECK_THAT(e.what(), contains("(source line " + std::to_string(line + 3) + ")"));
}

TEST_CASE("a fixed extent and one known at the call are checked alike", "[eval]") {
  auto f = fx::value_and_grad(distance);
  const std::array<double, 3> x{1, 2, 3};
  CHECK(f(x, std::vector<double>{1, 2, 4}).value == 1);
  const fx::shape_error e = error_of([&] { f(x, std::vector<double>{1, 2}); });
  CHECK(e.argument == "y");
  CHECK(e.expected == 3);
  CHECK(e.got == 2);
}

TEST_CASE("the columns of a matrix must be the rows of the other, also when both are known at the call", "[eval]") {
  auto f = fx::compile(layer);
  const fx::shape_error e = error_of([&] { f(filled(4, 5, 1), filled(6, 2, 1)); });
  CHECK_THAT(e.what(), contains("matmul"));
  CHECK_THAT(e.what(), contains("axis 0 of w is 6"));
  CHECK_THAT(e.what(), contains("axis 1 of x is 5"));
}

TEST_CASE("extents computed from others are checked and described as such", "[eval]") {
  auto f = fx::compile([](auto x, auto y, auto z) { return fx::concat(x, y, 0) * z; });
  const std::vector<double> x{1, 2, 3}, y{4}, z{2, 2, 2, 2};
  CHECK(f(x, y, z)[3] == 8);
  const fx::shape_error e = error_of([&] { f(x, y, std::vector<double>{1, 2}); });
  CHECK_THAT(e.what(), contains("2"));
  CHECK_THAT(e.what(), contains("4"));
  const auto fixed = [](auto a, auto b) { return fx::concat(a, b, 0) * fx::var(1.0); };
  CHECK(fx::compile(fixed)(x, y).size() == 4);
}

namespace {

template <class F> void check_groups(F f) {
  const fx::tensor<double, 4> x({1, 4, 5, 5}), four({4, 2, 3, 3}), three({3, 2, 3, 3});
  CHECK_NOTHROW(f(x, four));
  const fx::shape_error e = error_of([&] { f(x, three); });
  CHECK(e.argument == "w");
  CHECK(e.axis == 0);
  CHECK_THAT(e.what(), contains("axis 0 of w is 3, but it must be a multiple of 2"));
}

} // namespace

TEST_CASE("groups must divide filters that are known at the call, and match channels that are", "[eval]") {
  check_groups(
      fx::compile(fx::function<"x", "w">([](auto x, auto w) { return fx::sum(fx::conv2d(x, w, {.groups = 2})); })));
  check_groups(fx::compile(
      fx::function<"x", "w">([](auto x, auto w) { return fx::sum(fx::conv_transpose2d(x, w, {.groups = 2})); })));
  auto line = fx::compile([](auto x, auto w) { return fx::sum(fx::conv1d(x, w, {.groups = 2})); });
  const fx::tensor<double, 3> x({1, 4, 5}), four({4, 2, 3}), three({3, 2, 3}), thin({4, 1, 3});
  CHECK_NOTHROW(line(x, four));
  CHECK_THAT(error_of([&] { line(x, three); }).what(), contains("a multiple of 2"));
  error_of([&] { line(x, thin); });
}

TEST_CASE("an extent of -1 may have to be a whole number at the call", "[eval]") {
  auto f = fx::compile([](auto x) { return fx::reshape(x, {7, -1}); });
  CHECK(f(std::vector<double>(14, 1.0)).shape()[1] == 2);
  CHECK_THAT(error_of([&] { f(std::vector<double>(13, 1.0)); }).what(),
             contains("reshape: axis 0 of argument 0 is 13, but it must be a multiple of 7"));
  auto rows = fx::compile([](auto x) { return fx::reshape(x, {x.extent(0), 2, -1}); });
  CHECK(rows(filled(3, 4, 1)).shape()[2] == 2);
  error_of([&] { rows(filled(4, 3, 1)); });
  auto weights = fx::value_and_grad([](auto x) { return fx::sum(fx::square(fx::sum(fx::reshape(x, {3, -1}), 0))); });
  CHECK(weights(std::vector<double>{1, 2, 3, 4, 5, 6}).gradient.template get<0>()[1] == 24);
}

TEST_CASE("a failed call does no work and leaves the callable usable", "[eval]") {
  auto f = fx::value_and_grad(distance);
  const std::vector<double> x(8, 1.0), y(8, 3.0);
  const auto [value, g] = f(x, y);
  const double* const before = g.get<0>().data();
  const std::vector<double> kept(before, before + 8);
  error_of([&] { f(x, std::vector<double>(7, 0.0)); });
  CHECK(std::vector<double>(before, before + 8) == kept);
  error_of([&] { f(x, std::vector<double>(7, 0.0)); }); // again: the failure was not cached
  CHECK(f(x, y).value == value);
}

TEST_CASE("batch sizes that alternate see no stale data", "[eval]") {
  auto f = fx::value_and_grad<"w">(fx::function<"x", "w">(
      [](auto x, auto w) { return fx::sum(fx::softmax(fx::matmul(fx::exp(x), w)) * x) + fx::max(x); }));
  const auto fresh = f;
  const auto w = filled(4, 4, 0.3);
  for (const std::size_t n : {std::size_t{1}, std::size_t{64}, std::size_t{63}, std::size_t{1}, std::size_t{64},
                              std::size_t{16}, std::size_t{17}, std::size_t{63}}) {
    fx::tensor<double, 2> x({n, 4});
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i * n));
    auto alone = fresh;
    const auto expected = alone(x, w);
    const auto got = f(x, w);
    INFO("batch of " << n);
    CHECK(got.value == expected.value);
    for (std::size_t i = 0; i < 16; ++i) CHECK(got.gradient.get<0>()[i] == expected.gradient.get<0>()[i]);
  }
}

TEST_CASE("more sets of extents than are kept are still right", "[eval]") {
  auto f = fx::compile([](auto x) { return fx::sum(x * x); });
  for (int round = 0; round < 2; ++round)
    for (std::size_t n = 0; n < 40; ++n) CHECK(f(std::vector<double>(n, 2.0)) == 4.0 * static_cast<double>(n));
}

TEST_CASE("arrays without elements are arrays", "[eval]") {
  auto f = fx::value_and_grad(distance);
  const std::vector<double> none;
  const auto [value, g] = f(none, none);
  CHECK(value == 0);
  CHECK(g.get<0>().size() == 0);
  CHECK(fx::compile(layer)(filled(0, 5, 1), filled(5, 2, 1)).size() == 0);
  CHECK(fx::compile([](auto x) { return fx::sum(x, 0); })(filled(0, 3, 1)).size() == 3);
  CHECK(fx::compile([](auto x) { return fx::sum(x, 1); })(filled(3, 0, 1))[2] == 0);
  const fx::shape_error e = error_of([&] { fx::compile([](auto x) { return fx::max(x); })(none); });
  CHECK_THAT(e.what(), contains("must be at least 1"));
}

TEST_CASE("directions and cotangents must have the shape of what they belong to", "[eval]") {
  const std::vector<double> x(10, 0.5), three(3, 1.0);
  auto forward = fx::jvp([](auto a) { return fx::sum(a); });
  auto reverse = fx::vjp([](auto a) { return fx::flatten(a); });
  CHECK(forward(x, x).tangent == 5);
  CHECK(error_of([&] { forward(x, three); }).expected + error_of([&] { forward(x, three); }).got == 13);
  CHECK_THAT(error_of([&] { reverse(filled(5, 2, 1), filled(5, 3, 1)); }).what(), contains("axis 1"));
  CHECK(forward(x, 2.0).tangent == 20); // one number is a direction of equal elements
  CHECK(forward(x, fx::zero).tangent == 0);
}

TEST_CASE("an extent that turns out to be 1 folds, broadcasts and multiplies as any other", "[eval]") {
  auto f = fx::value_and_grad(
      fx::function<"x", "w">([](auto x, auto w) { return fx::sum(3.0 * x) + fx::sum(fx::matmul(x, w)); }));
  const fx::tensor<double, 2> x = filled(1, 1, 2);
  fx::tensor<double, 2> w({1, 3});
  for (double& v : w) v = 1;
  const auto [value, g] = f(x, w);
  CHECK(value == 12);
  CHECK(g.get<"x">()[0] == 6);
  CHECK(g.get<"w">()[2] == 2);
  auto column = fx::compile([](auto a, auto b) { return a * b; }); // an extent known at the call does not broadcast
  error_of([&] { column(filled(1, 3, 1), filled(2, 3, 1)); });
}
