// SPDX-License-Identifier: MIT
// Operations of users: the forms they take outside the library, alone, in fused loops, and differentiated.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <array>
#include <cmath>
#include <vector>

namespace fx = fluxpp;
using fx::dims;
using fx::var;

namespace user {

// [elementwise]
/// The bell curve exp(-x^2): value and partial derivative, once; everything else is derived.
struct bell : fx::elementwise<1> {
  static constexpr auto name = "bell";
  template <class V> static constexpr V forward(V x) {
    using std::exp;
    return exp(-x * x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V y) { return {V(-2) * x * y}; }
  static constexpr std::array samples{-1.0, 0.0, 0.5};
  static constexpr double max_ulp = 4;
};
// [elementwise]

/// Three operands; the derivative in the last is zero everywhere.
struct hinge : fx::elementwise<3> {
  static constexpr auto name = "hinge";
  template <class V> static constexpr V forward(V x, V y, V margin) {
    using fx::scalar::select;
    return select(x * y < margin, margin - x * y, V(0) * x);
  }
  template <class V> static constexpr std::array<V, 3> partials(V x, V y, V margin, V) {
    const V inside = fx::less(x * y, margin);
    return {-inside * y, -inside * x, V(0)};
  }
  static constexpr std::array samples{std::array{0.5, 1.0, 1.0}, std::array{2.0, 1.0, 1.0}};
  static constexpr double max_ulp = 2;
};

// [custom]
/// Running totals along the last axis, with a kernel of its own. Linear: its transpose sums from the end.
template <bool FromEnd> struct running_total : fx::custom<1> {
  static constexpr auto name = FromEnd ? "running_total_from_end" : "running_total";
  static constexpr dims shape(const dims& x) { return x; }
  static constexpr var vjp(const fx::node_view&, var ybar, int) {
    return fx::operation<running_total<!FromEnd>>{}(ybar);
  }
  static constexpr var jvp(const fx::node_view&, const fx::pushforward& p) {
    return fx::operation<running_total>{}(p.dx[0]);
  }
  template <class Args> static void run(const Args& a) {
    const std::size_t n = a.shape.rank == 0 ? 1 : static_cast<std::size_t>(a.shape[a.shape.rank - 1]);
    for (std::size_t row = 0; row < a.size(); row += n)
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t at = row + (FromEnd ? n - 1 - i : i), before = FromEnd ? at + 1 : at - 1;
        a.out[at] = a.in[0][at] + (i == 0 ? 0 : a.out[before]);
      }
  }
};
// [custom]

constexpr fx::operation<bell> bell_of{};
constexpr fx::operation<hinge> hinge_of{};
constexpr fx::operation<running_total<false>> total{};

} // namespace user

TEST_CASE("a user's elementwise operation computes on numbers, vars and batches", "[eval]") {
  CHECK(user::bell_of(0.5) == approx(std::exp(-0.25)));
  auto f = fx::value_and_grad([](auto x) { return fx::sum(user::bell_of(x)); });
  std::vector<double> x;
  for (int i = 0; i < 37; ++i) x.push_back(-2 + 0.1 * i);
  const auto [value, g] = f(x);
  double expected = 0;
  for (const double v : x) expected += std::exp(-v * v);
  CHECK(value == approx(expected));
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(g.get<0>()[i] == approx(-2 * x[i] * std::exp(-x[i] * x[i])));
}

TEST_CASE("users' operations fuse with each other and with the library's", "[eval]") {
  auto f = fx::value_and_grad<"x", "y">(fx::function<"x", "y">([](auto x, auto y) {
    return fx::mean(user::hinge_of(x, y, 1.0) + fx::exp(-1.0 * user::bell_of(x)) * user::bell_of(y));
  }));
  std::vector<float> x, y;
  for (int i = 0; i < 100; ++i)
    x.push_back(std::sin(static_cast<float>(i))), y.push_back(std::cos(static_cast<float>(3 * i)));
  const auto [value, g] = f(x, y);
  double expected = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    const double a = x[i], b = y[i], p = std::exp(-a * a), q = std::exp(-b * b);
    expected += std::max(1 - a * b, 0.0) + std::exp(-p) * q;
    const double dx = (a * b < 1 ? -b : 0) + 2 * a * p * std::exp(-p) * q;
    const double dy = (a * b < 1 ? -a : 0) - 2 * b * q * std::exp(-p);
    CHECK(g.get<"x">()[i] == approx(dx / 100).margin(1e-7));
    CHECK(g.get<"y">()[i] == approx(dy / 100).margin(1e-7));
  }
  CHECK(value == approx(expected / 100));
}

TEST_CASE("a user's operation with a kernel of its own runs between loops and is differentiated by its rules",
          "[eval]") {
  auto f = fx::value_and_grad([](auto x) { return fx::sum(fx::square(user::total(fx::exp(x)))); });
  fx::tensor<double, 2> x({3, 5});
  for (std::size_t i = 0; i < 15; ++i) x[i] = 0.1 * static_cast<double>(i) - 0.7;
  const auto [value, g] = f(x);
  double expected = 0;
  for (std::size_t row = 0; row < 3; ++row) {
    double sums[5], from_end = 0;
    for (std::size_t i = 0; i < 5; ++i)
      sums[i] = (i == 0 ? 0 : sums[i - 1]) + std::exp(x(row, i)), expected += sums[i] * sums[i];
    for (std::size_t i = 5; i-- > 0;) {
      from_end += 2 * sums[i];
      CHECK(g.get<0>()(row, i) == approx(std::exp(x(row, i)) * from_end));
    }
  }
  CHECK(value == approx(expected));
}

TEST_CASE("tangents and second derivatives pass through users' operations", "[eval]") {
  const std::vector<double> x{0.1, -0.4, 0.9}, dx{1.0, 2.0, -0.5};
  auto value = [](double a, double b, double c) {
    const double p = std::exp(-a * a), q = std::exp(-b * b), r = std::exp(-c * c);
    return p * p + (p + q) * (p + q) + (p + q + r) * (p + q + r);
  };
  auto gradient = fx::grad([](auto a) { return fx::sum(fx::square(user::total(user::bell_of(a)))); });
  auto product = fx::hvp([](auto a) { return fx::sum(fx::square(user::total(user::bell_of(a)))); });
  auto along = [&](double h) {
    const auto g = gradient(std::vector<double>{x[0] + h * dx[0], x[1] + h * dx[1], x[2] + h * dx[2]});
    return std::vector<double>(g.begin(), g.end());
  };
  constexpr double h = 0x1p-11;
  const auto a = along(-2 * h), b = along(-h), c = along(h), d = along(2 * h);
  const auto got = product(x, dx);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(got[i] == approx((a[i] - 8 * b[i] + 8 * c[i] - d[i]) / (12 * h)).epsilon(1e-8));
  auto tangent = fx::jvp([](auto t) { return fx::sum(fx::square(user::total(user::bell_of(t)))); });
  const double slope = (value(x[0] - 2 * h * dx[0], x[1] - 2 * h * dx[1], x[2] - 2 * h * dx[2]) -
                        8 * value(x[0] - h * dx[0], x[1] - h * dx[1], x[2] - h * dx[2]) +
                        8 * value(x[0] + h * dx[0], x[1] + h * dx[1], x[2] + h * dx[2]) -
                        value(x[0] + 2 * h * dx[0], x[1] + 2 * h * dx[1], x[2] + 2 * h * dx[2])) /
                       (12 * h);
  CHECK(tangent(x, dx).tangent == approx(slope).epsilon(1e-9));
}
