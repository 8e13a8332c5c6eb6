// SPDX-License-Identifier: MIT
#pragma once
// The laws of elementwise operations, through compiled programs: values over a sweep of the domain, first and second
// derivatives against dual numbers, the dot-product law, and differences.
#include "laws/compiled.hpp"
#include "ops/elementwise.hpp"

#include "fluxpp/autodiff/dual.hpp"
#include "fluxpp/ops/ops.hpp"

namespace laws {

using dual = fx::dual<double>;
using dual2 = fx::dual<dual>;

/// apply<Op>: the operation as a function of vars, or of numbers.
template <class Op> struct apply {
  template <class... V> constexpr auto operator()(V... x) const { return fx::operation<Op>{}(x...); }
};

/// An argument of the points, one number per point.
template <class T> std::vector<T> column(const std::vector<elementwise_tests::point>& points, std::size_t a) {
  std::vector<T> v;
  for (const auto& p : points) v.push_back(static_cast<T>(p.x[a]));
  return v;
}

template <class Op, class T> double error_of(T value, long double exact) {
  if constexpr (requires { Op::max_absolute; })
    if (std::abs(static_cast<long double>(value) - exact) <= Op::max_absolute * std::numeric_limits<T>::epsilon() / 2)
      return 0;
  return elementwise_tests::ulps(value, exact);
}

/// The compiled value is within max_ulp of long double, over the operation's sweep.
template <class Op, class T, std::size_t... I> void check_value(std::index_sequence<I...>) {
  const auto points = elementwise_tests::sweep<Op>();
  const auto y = by_cpu<value<apply<Op>>>(column<T>(points, I)...);
  double worst = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const long double x[]{static_cast<long double>(static_cast<T>(points[i].x[I]))...};
    const double e = error_of<Op>(y[0][i], fx::ops::forward_at<Op>(x));
    if (!(e <= worst)) worst = e, at = i;
  }
  INFO("value at " << points[at].x[0] << ", " << points[at].x[1] << ", " << points[at].x[2] << " in " << sizeof(T)
                   << " bytes");
  CHECK(worst <= Op::max_ulp);
}

/// The derivatives of y = op(x...) at one point by dual numbers: slopes and curvatures.
template <class Op, int N> struct expected {
  double slope[N], curvature[N][N];

  explicit expected(const elementwise_tests::point& p) {
    for (int i = 0; i < N; ++i)
      for (int k = 0; k < N; ++k) {
        dual2 x[3];
        for (int a = 0; a < N; ++a) x[a] = {a == i ? dual::variable(p.x[a]) : dual(p.x[a]), {a == k ? 1.0 : 0.0}};
        const dual2 y = called(x, std::make_index_sequence<N>{});
        slope[i] = y.value.tangent[0], curvature[i][k] = y.tangent[0].tangent[0];
      }
  }
  template <std::size_t... I> static dual2 called(const dual2* x, std::index_sequence<I...>) {
    return apply<Op>{}(x[I]...);
  }
};

inline bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

/// First and second derivatives of the compiled program, in five forms, are those of dual numbers; on enough copies of
/// the samples that whole batches, several of them and a tail are met.
template <class Op, std::size_t... I> void check_derivatives(std::index_sequence<I...>) {
  constexpr int n = sizeof...(I);
  auto points = elementwise_tests::samples<Op>();
  const std::size_t different = points.size();
  while (points.size() < 37) points.push_back(points[points.size() - different]);
  const std::size_t count = points.size();
  const numbers ybar = normal(count, 90);
  const auto y = by_cpu<everything<apply<Op>, n>>(column<double>(points, I)..., normal(count, 10 + I)...,
                                                  normal(count, 20 + I)..., ybar);
  const numbers dx[]{normal(count, 10 + I)...}, u[]{normal(count, 20 + I)...};
  double left = 0, right = 0, size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const expected<Op, n> e(points[i]);
    INFO("at " << points[i].x[0] << ", " << points[i].x[1] << ", " << points[i].x[2]);
    double dy = 0;
    for (std::size_t a = 0; a < n; ++a) {
      double second = 0;
      for (std::size_t b = 0; b < n; ++b) second += ybar[i] * e.curvature[a][b] * u[b][i];
      dy += e.slope[a] * dx[a][i];
      INFO("argument " << a);
      CHECK(close(y[2 + a][i], ybar[i] * e.slope[a], 1e-12)); // reverse
      CHECK(close(y[2 + n + a][i], second, 1e-11));           // forward over reverse
      CHECK(close(y[2 + 2 * n + a][i], second, 1e-11));       // reverse over reverse
      right += y[2 + a][i] * dx[a][i], size += std::abs(y[2 + a][i] * dx[a][i]);
    }
    CHECK(close(y[1][i], dy, 1e-12)); // forward
    left += ybar[i] * y[1][i], size += std::abs(ybar[i] * y[1][i]);
  }
  INFO("dot product");
  CHECK(std::abs(left - right) <= 1e-12 * size);
}

/// The tangent is the five-point difference of the compiled value.
template <class Op, std::size_t... I> void check_differences(std::index_sequence<I...>) {
  constexpr double h = 0x1p-11;
  const auto points = elementwise_tests::samples<Op>();
  const numbers dx[]{normal(points.size(), 10 + I)...};
  auto moved = [&](std::size_t a, double by) {
    numbers x = column<double>(points, a);
    const bool jumps = std::is_same_v<Op, fx::ops::select> && a == 0;
    for (std::size_t i = 0; i < x.size() && !jumps; ++i) x[i] += by * dx[a][i] / (1 + std::abs(dx[a][i]));
    return x;
  };
  auto at = [&](double by) { return by_cpu<value<apply<Op>>>(moved(I, by)...)[0]; };
  const numbers a = at(-2 * h), b = at(-h), c = at(h), d = at(2 * h);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const expected<Op, sizeof...(I)> e(points[i]);
    double dy = 0;
    ((dy += e.slope[I] * dx[I][i] / (1 + std::abs(dx[I][i]))), ...);
    INFO("difference at " << points[i].x[0] << ", " << points[i].x[1] << ", " << points[i].x[2]);
    CHECK(close((a[i] - 8 * b[i] + 8 * c[i] - d[i]) / (12 * h), dy, 1e-8));
  }
}

template <class Op> void check_operation() {
  constexpr auto all = std::make_index_sequence<static_cast<std::size_t>(Op::arity)>{};
  INFO(Op::name);
  check_value<Op, double>(all);
  check_value<Op, float>(all);
  if constexpr (!Op::integer) check_derivatives<Op>(all);
  if constexpr (!Op::integer) check_differences<Op>(all);
}

/// The operations whose position in the list leaves this remainder.
template <int Part, int Parts> void check_part() {
  int i = 0;
  elementwise_tests::for_each([&]<class Op>() {
    constexpr int position = fx::eval::loop_codes::of(&fx::ops::info<Op>);
    if constexpr (position % Parts == Part) check_operation<Op>(), ++i;
  });
  CHECK(i > 0);
}

} // namespace laws
