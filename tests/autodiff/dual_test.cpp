// SPDX-License-Identifier: MIT
// dual<T, N> in ordinary templates: arithmetic, mixed operands, functions, nesting, batches.
#include "catch.hpp"

#include "fluxpp/autodiff/dual.hpp"
#include "fluxpp/simd/simd.hpp"

#include <algorithm>

namespace fx = fluxpp;
using dual = fx::dual<double>;

namespace {

// An ordinary template: it knows nothing of fluxpp.
template <class T> T rosenbrock(const T& x, const T& y) {
  const T a = 1 - x, b = y - x * x;
  return a * a + 100.0 * b * b;
}

template <class T> T every_function(const T& x) {
  using std::abs, std::acos, std::asin, std::atan, std::atan2, std::cbrt, std::cos, std::cosh, std::erf, std::exp;
  using std::expm1, std::floor, std::log, std::log1p, std::log2, std::pow, std::sin, std::sinh, std::sqrt, std::tan;
  using std::tanh;
  return abs(x) + acos(x) * asin(x) + atan(x) / cbrt(x) + cos(x) - cosh(x) * erf(x) + exp(x) + expm1(x) + floor(x) +
         log(x) * log1p(x) + log2(x) + sin(x) * sinh(x) + sqrt(x) + tan(x) * tanh(x) + atan2(x, 2.0) + pow(x, 2.5) +
         pow(2.0, x);
}

// Newton's method with a branch and a loop on values.
template <class T> T square_root(const T& a) {
  T x = a > 1 ? a / 2 : a;
  while (true) {
    const T next = (x + a / x) / 2;
    if (next == x || !(abs(next - x) > 1e-15 * x)) return next;
    x = next;
  }
}

} // namespace

TEST_CASE("duals carry gradients through ordinary templates") {
  using dual_xy = fx::dual<double, 2>;
  const dual_xy f = rosenbrock(dual_xy::variable(1.5, 0), dual_xy::variable(2.0, 1));
  CHECK(f.value == rosenbrock(1.5, 2.0));
  CHECK(f.tangent[0] == approx(-2 * (1 - 1.5) - 400 * 1.5 * (2.0 - 2.25)));
  CHECK(f.tangent[1] == approx(200 * (2.0 - 2.25)));
}

TEST_CASE("functions of cmath find their duals") {
  const double x = 0.7, h = 0x1p-11;
  const auto f = [](double v) { return every_function(v); };
  const double slope = (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h);
  const dual y = every_function(dual::variable(x));
  CHECK(y.value == approx(f(x)).epsilon(1e-14));
  CHECK(y.tangent[0] == approx(slope).epsilon(1e-9));
}

TEST_CASE("nested duals give second derivatives") {
  using nested = fx::dual<fx::dual<double, 2>, 2>;
  using inner = fx::dual<double, 2>;
  const nested x(inner::variable(1.5, 0), {inner(1), inner(0)}), y(inner::variable(2.0, 1), {inner(0), inner(1)});
  const nested f = rosenbrock(x, y);
  CHECK(f.tangent[0].tangent[0] == approx(2 - 400 * (2.0 - 3 * 2.25)));
  CHECK(f.tangent[0].tangent[1] == approx(-400 * 1.5));
  CHECK(f.tangent[1].tangent[0] == f.tangent[0].tangent[1]);
  CHECK(f.tangent[1].tangent[1] == approx(200));
}

TEST_CASE("a third derivative takes three duals") {
  using dual2 = fx::dual<dual>;
  const fx::dual<dual2> x(dual2(dual::variable(0.5), {dual(1)}), {dual2(1)});
  CHECK(exp(2 * x).tangent[0].tangent[0].tangent[0] == approx(8 * std::exp(1.0)));
}

TEST_CASE("duals mix with plain numbers and with their value type") {
  const dual x = dual::variable(3);
  CHECK((x + 1).tangent[0] == 1);
  CHECK((1 - x).tangent[0] == -1);
  CHECK((2.0f * x).tangent[0] == 2);
  CHECK((6 / x).value == 2);
  CHECK((6 / x).tangent[0] == approx(-2.0 / 3));
  CHECK((-x).tangent[0] == -1);
  CHECK((+x).tangent[0] == 1);
  const fx::dual<dual> z = fx::dual<dual>::variable(dual(2)) * x;
  CHECK(z.value.tangent[0] == 2);
  CHECK(z.tangent[0].value == 3);
  CHECK(z.tangent[0].tangent[0] == 1);
  dual s = x;
  s += 1, s -= x, s *= x, s /= 2;
  CHECK(s.value == 1.5);
  CHECK(s.tangent[0] == 0.5);
  CHECK(fx::dual<float>(2) * 0.1 == 0.2f);
}

TEST_CASE("constants have no tangent, not even where the partial in them is NaN") {
  CHECK(pow(dual::variable(-2), 2).tangent[0] == -4);
  CHECK(atan2(dual::variable(0), 0).tangent[0] == 0);
}

TEST_CASE("comparisons look at values") {
  const dual x = dual::variable(2), y(2), z(3);
  CHECK(x == y);
  CHECK(x == 2);
  CHECK(2.0 == x);
  CHECK(x != z);
  CHECK(x < z);
  CHECK(3 > x);
  CHECK(x <= 2);
  CHECK(x >= y);
  CHECK(std::max(x, z).value == 3);
  CHECK(std::max(x, y).tangent[0] == 1);
  CHECK(std::numeric_limits<dual>::epsilon() == std::numeric_limits<double>::epsilon());
}

TEST_CASE("branches and loops on duals follow the values") {
  const dual r = square_root(dual::variable(7));
  CHECK(r.value == approx(std::sqrt(7.0)));
  CHECK(r.tangent[0] == approx(0.5 / std::sqrt(7.0)));
}

TEST_CASE("the library's functions take duals") {
  CHECK(fx::relu(dual::variable(2)).tangent[0] == 1);
  CHECK(fx::gelu(dual::variable(0)).tangent[0] == 0.5);
  CHECK(fx::leaky_relu(dual::variable(-1)).tangent[0] == 0.01);
  CHECK(fx::clamp(dual::variable(2), 0, 1).tangent[0] == 0);
  CHECK(fx::floor(dual::variable(2.5)).tangent[0] == 0);
  CHECK(fx::less(dual::variable(2), 3).value == 1);
}

TEST_CASE("duals are constant expressions") {
  constexpr dual y = dual::variable(3) * dual::variable(3) + 1;
  STATIC_REQUIRE(y.value == 10);
  STATIC_REQUIRE(y.tangent[0] == 6);
}

TEST_CASE("a dual of batches differentiates every lane") {
  using batch = fx::simd::batch<float>;
  using lanes = fx::dual<batch>;
  const lanes x = lanes::variable(batch::iota());
  const lanes y = exp(-0.1 * x) * x + fx::relu(x - 1);
  for (int i = 0; i < batch::size; ++i) {
    const fx::dual<float> xi = fx::dual<float>::variable(static_cast<float>(i));
    const fx::dual<float> yi = exp(-0.1 * xi) * xi + fx::relu(xi - 1);
    CHECK(y.value.get(i) == approx(yi.value));
    CHECK(y.tangent[0].get(i) == approx(yi.tangent[0]));
  }
}
