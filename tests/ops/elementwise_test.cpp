// SPDX-License-Identifier: MIT
// What laws cannot know of elementwise operations: special values, ties, conventions, huge arguments, rewrites.
#include "catch.hpp"
#include "ops/elementwise.hpp"

#include "fluxpp/autodiff/dual.hpp"
#include "fluxpp/simd/simd.hpp"

#include <numbers>

namespace fx = fluxpp;
namespace simd = fluxpp::simd;
using fluxpp::var;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), qnan = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = std::numbers::pi;

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

template <class T, class... X> double of_numbers(T, auto f, X... x) {
  return static_cast<double>(f(static_cast<T>(x)...));
}
template <class T, class Op, class... X> double of_batches(T, fx::operation<Op>, X... x) {
  return static_cast<double>(Op::forward(simd::batch<T>(static_cast<T>(x))...).get(0));
}

/// f(x...) is exactly y in float and double, on numbers and on batches.
template <class Op, class... X> void check(fx::operation<Op> f, double y, X... x) {
  INFO(Op::name << "(" << std::array{static_cast<double>(x)...}[0] << ", ...) = " << y);
  CHECK(same(of_numbers(1.0, f, x...), y));
  CHECK(same(of_numbers(1.0f, f, x...), static_cast<double>(static_cast<float>(y))));
  CHECK(same(of_batches(1.0, f, x...), y));
  CHECK(same(of_batches(1.0f, f, x...), static_cast<double>(static_cast<float>(y))));
}

/// f'(x) and f''(x) by nested dual numbers.
template <class T> std::array<T, 2> slopes(auto f, T x) {
  using dual = fx::dual<T>;
  const auto y = f(fx::dual<dual>(dual::variable(x), {dual(T(1))}));
  return {y.tangent[0].value, y.tangent[0].tangent[0]};
}

struct scratch {
  fx::graph::tape t;
  var x = t.input(fx::dims{}.with(3), {fx::graph::space::argument, 0, false});
  var y = t.input(fx::dims{}.with(3), {fx::graph::space::argument, 1, false});
};

} // namespace

TEST_CASE("roots and logarithms know their edges") {
  check(fx::sqrt, 0, 0), check(fx::sqrt, inf, inf), check(fx::sqrt, qnan, -1);
  check(fx::rsqrt, inf, 0), check(fx::rsqrt, 0, inf), check(fx::rsqrt, qnan, -1), check(fx::rsqrt, 0.5, 4);
  check(fx::cbrt, -2, -8), check(fx::cbrt, -inf, -inf);
  check(fx::log, -inf, 0), check(fx::log, qnan, -1), check(fx::log, inf, inf), check(fx::log, 0, 1);
  check(fx::log2, -inf, 0), check(fx::log2, qnan, -1), check(fx::log2, -3, 0.125);
  check(fx::log1p, -inf, -1), check(fx::log1p, qnan, -2), check(fx::log1p, inf, inf), check(fx::log1p, 0, 0);
}

TEST_CASE("exponentials saturate without NaN") {
  check(fx::exp, inf, 1e4), check(fx::exp, 0, -1e4), check(fx::exp, 0, -inf), check(fx::exp, inf, inf);
  check(fx::expm1, inf, 1e4), check(fx::expm1, -1, -1e4), check(fx::expm1, -1, -inf);
  check(fx::sinh, -inf, -1e4), check(fx::cosh, inf, -1e4);
  for (double x : {1e4, inf}) {
    check(fx::tanh, 1, x), check(fx::tanh, -1, -x);
    check(fx::erf, 1, x), check(fx::erf, -1, -x);
    check(fx::sigmoid, 1, x), check(fx::sigmoid, 0, -x);
    check(fx::softplus, x, x), check(fx::softplus, 0, -x);
    check(fx::silu, x, x), check(fx::gelu, x, x), check(fx::gelu_tanh, x, x), check(fx::hardswish, x, x);
    check(fx::elu, x, x), check(fx::elu, -1, -x);
    check(fx::relu, x, x), check(fx::relu, 0, -x), check(fx::relu6, 6, x), check(fx::relu6, 0, -x);
    check(fx::hardsigmoid, 1, x), check(fx::hardsigmoid, 0, -x);
  }
  check(fx::silu, 0, -1e4), check(fx::gelu, 0, -1e4), check(fx::gelu_tanh, 0, -1e4), check(fx::hardswish, 0, -1e4);
}

TEST_CASE("trigonometric functions know their edges") {
  check(fx::sin, qnan, inf), check(fx::cos, qnan, inf), check(fx::tan, qnan, inf), check(fx::cos, 1, 0);
  check(fx::asin, qnan, 1.5), check(fx::acos, qnan, -1.5), check(fx::acos, 0, 1), check(fx::asin, pi / 2, 1);
  check(fx::acos, pi, -1), check(fx::atan, pi / 2, inf), check(fx::atan, -pi / 2, -inf);
  check(fx::atan2, pi, 0.0, -1.0), check(fx::atan2, -pi, -0.0, -1.0), check(fx::atan2, 0, 0.0, 1.0);
  check(fx::atan2, pi / 2, 1.0, 0.0), check(fx::atan2, -pi / 2, -1.0, 0.0);
}

TEST_CASE("signs of zero survive where they should") {
  CHECK(std::signbit(fx::sign(-0.0)));
  CHECK(std::signbit(fx::maximum(-0.0, 0.0)));
  CHECK_FALSE(std::signbit(fx::abs(-0.0)));
  CHECK_FALSE(std::signbit(fx::relu(-0.0)));
  check(fx::sign, -1, -inf), check(fx::sign, 1, 1e-30), check(fx::sign, 0, 0);
  check(fx::floor, -2, -1.5), check(fx::floor, -inf, -inf), check(fx::floor, 1e20f, 1e20f);
}

TEST_CASE("NaN in gives NaN out of every operation that depends on it") {
  elementwise_tests::for_each([]<class Op>() {
    if constexpr (!Op::integer && !std::is_same_v<Op, fx::ops::select> && !std::is_same_v<Op, fx::ops::leaky_relu>)
      for (const auto& p : elementwise_tests::samples<Op>())
        for (int i = 0; i < Op::arity; ++i) {
          simd::batch<float> x[3];
          for (int a = 0; a < 3; ++a) x[a] = static_cast<float>(a == i ? qnan : p.x[a]);
          double v[3]{p.x[0], p.x[1], p.x[2]};
          v[i] = qnan;
          INFO(Op::name << " argument " << i);
          CHECK(std::isnan(fx::ops::forward_at<Op>(v)));
          CHECK(std::isnan(fx::ops::forward_at<Op>(x).get(0)));
        }
  });
  check(fx::leaky_relu, qnan, qnan, 0.5), check(fx::leaky_relu, qnan, -1, qnan), check(fx::leaky_relu, 2, 2, qnan);
  check(fx::select, 1, qnan, 1, 2), check(fx::select, qnan, 0, 1, qnan), check(fx::select, 2, 0, qnan, 2);
}

TEST_CASE("comparisons with NaN are false, but for not_equal") {
  for (double x : {qnan, 1.0}) {
    check(fx::less, 0, x, qnan), check(fx::less_equal, 0, qnan, x), check(fx::greater, 0, qnan, x);
    check(fx::greater_equal, 0, x, qnan), check(fx::equal, 0, x, qnan), check(fx::not_equal, 1, qnan, x);
  }
  check(fx::less_equal, 1, 2, 2), check(fx::less, 0, 2, 2), check(fx::equal, 1, 0.0, -0.0);
}

TEST_CASE("pow has C's values") {
  check(fx::pow, 1, qnan, 0), check(fx::pow, 1, 1, qnan), check(fx::pow, 1, 0, 0), check(fx::pow, 0, 0, 2);
  check(fx::pow, inf, 0, -1), check(fx::pow, -8, -2, 3), check(fx::pow, 0.25, -2, -2), check(fx::pow, qnan, -2, 0.5);
  check(fx::pow, inf, 2, inf), check(fx::pow, 0, 0.5, inf), check(fx::pow, 0, 2, -inf), check(fx::pow, -inf, -inf, 3);
}

TEST_CASE("derivatives of pow are finite wherever they exist") {
  using dual = fx::dual<double, 2>;
  const auto at = [](double x, double y) { return fx::pow(dual::variable(x, 0), dual::variable(y, 1)).tangent; };
  CHECK(at(0, 3) == std::array{0.0, 0.0});
  CHECK(at(0, 1) == std::array{1.0, 0.0});
  CHECK(at(0, 0) == std::array{0.0, 0.0});
  CHECK(at(2, 0)[0] == 0);
  CHECK(fx::pow(dual::variable(-2), 3).tangent[0] == 12); // a constant exponent asks for no logarithm
  CHECK(std::isnan(at(-2, 3)[1]));
}

TEST_CASE("activations have finite first and second derivatives at huge arguments") {
  const auto check_slopes = [](auto f, auto x, double below, double above) {
    const auto left = slopes(f, -x), right = slopes(f, x);
    INFO(decltype(f)::op::name << " at " << x);
    CHECK(static_cast<double>(left[0]) == below);
    CHECK(static_cast<double>(right[0]) == above);
    CHECK(static_cast<double>(left[1]) == 0);
    CHECK(static_cast<double>(right[1]) == 0);
  };
  const auto check_all = [&](auto x) {
    check_slopes(fx::sigmoid, x, 0, 0), check_slopes(fx::tanh, x, 0, 0), check_slopes(fx::erf, x, 0, 0);
    check_slopes(fx::softplus, x, 0, 1), check_slopes(fx::silu, x, 0, 1), check_slopes(fx::gelu, x, 0, 1);
    check_slopes(fx::gelu_tanh, x, 0, 1), check_slopes(fx::elu, x, 0, 1), check_slopes(fx::relu, x, 0, 1);
    check_slopes(fx::relu6, x, 0, 0), check_slopes(fx::hardsigmoid, x, 0, 0), check_slopes(fx::hardswish, x, 0, 1);
  };
  check_all(1e4f), check_all(1e4);
}

TEST_CASE("the first argument gets the derivative of a tie, and clamp passes it at its bounds") {
  using dual = fx::dual<double, 3>;
  const dual a = dual::variable(2, 0), b = dual::variable(2, 1), c = dual::variable(5, 2);
  CHECK(fx::maximum(a, b).tangent == std::array{1.0, 0.0, 0.0});
  CHECK(fx::minimum(a, b).tangent == std::array{1.0, 0.0, 0.0});
  CHECK(fx::clamp(a, b, c).tangent == std::array{1.0, 0.0, 0.0});
  CHECK(fx::clamp(dual::variable(1), b, c).tangent == std::array{0.0, 1.0, 0.0});
  CHECK(fx::leaky_relu(dual::variable(0), 0.25).tangent[0] == 0.25);
  CHECK(fx::atan2(dual::variable(0, 0), dual::variable(0, 1)).tangent == std::array{0.0, 0.0, 0.0});
  CHECK(fx::sqrt(dual::variable(0)).tangent[0] == inf);
}

TEST_CASE("constant whole powers become products and a quotient") {
  scratch s;
  CHECK(fx::pow(s.x, 2).id == (s.x * s.x).id);
  CHECK(fx::square(s.x).id == (s.x * s.x).id);
  CHECK(fx::pow(s.x, 1).id == s.x.id);
  CHECK(fx::pow(s.x, 3).id == (s.x * s.x * s.x).id);
  CHECK(fx::pow(s.x, -1).id == (1 / s.x).id);
  for (const double y : {-2.0, 0.5, -0.5}) // sqrt differs at -0 and -inf, 1 / x^2 where x^2 overflows
    CHECK(s.t[fx::pow(s.x, y).id].op == &fx::ops::info<fx::ops::pow>);
  CHECK(s.t[fx::pow(s.x, 2.5).id].op == &fx::ops::info<fx::ops::pow>);
  const var one = fx::pow(s.x, 0);
  CHECK(one.shape() == s.x.shape());
  CHECK(fx::ops::is_constant(s.t, one.id, 1));
}

TEST_CASE("choices that are known are made at once") {
  scratch s;
  CHECK(fx::maximum(s.x, s.x).id == s.x.id);
  CHECK(fx::minimum(s.x, s.x).id == s.x.id);
  CHECK(fx::select(1, s.x, s.y).id == s.x.id);
  CHECK(fx::select(0, s.x, s.y).id == s.y.id);
  CHECK(fx::select(s.x < s.y, s.x, s.x).id == s.x.id);
  CHECK(fx::not_equal(s.x < s.y, 0).id == (s.x < s.y).id);
}

TEST_CASE("comparison operators record what they say") {
  scratch s;
  CHECK((s.x < 2).id == fx::less(s.x, 2).id);
  CHECK((s.x <= s.y).id == fx::less_equal(s.x, s.y).id);
  CHECK((2 > s.x).id == fx::greater(2, s.x).id);
  CHECK((s.x >= s.y).id == fx::greater_equal(s.x, s.y).id);
  CHECK(s.t.integer((s.x < s.y).id));
  CHECK(fx::equal(s.x, s.y).id == fx::equal(s.y, s.x).id);
}

TEST_CASE("activations are passed by value, to numbers and to vars") {
  const auto apply = [](auto activation, auto x) { return activation(x); };
  scratch s;
  CHECK(apply(fx::relu, -2.0) == 0);
  CHECK(apply(fx::relu, s.x).id == fx::relu(s.x).id);
  CHECK(apply(fx::leaky_relu, -2.0) == -0.02);
  CHECK(apply(fx::leaky_relu, s.x).id == fx::leaky_relu(s.x, 0.01).id);
  CHECK(apply(fx::silu, 0.0f) == 0);
}

TEST_CASE("operations on vars are constant expressions") {
  constexpr int nodes = [] {
    fx::graph::tape t;
    const var x = t.input({}, {fx::graph::space::argument, 0, false});
    var y = fx::gelu(fx::silu(fx::clamp(x, -1, 1))) + fx::pow(x, 2.5) * fx::softplus(fx::maximum(x, 0));
    y = fx::select(y > 1, fx::elu(y), fx::leaky_relu(y)) + fx::hardswish(fx::atan2(y, x));
    return y.id;
  }();
  STATIC_REQUIRE(nodes > 10);
  STATIC_REQUIRE(fx::relu(-1.0) == 0);
  STATIC_REQUIRE(fx::clamp(2.0f, 0.0f, 1.0f) == 1);
}
