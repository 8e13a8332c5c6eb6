// SPDX-License-Identifier: MIT
// Arguments of every kind give what their contiguous copy in the program's type gives.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/core/xtensor.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#if FLUXPP_HAS_XTENSOR
#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xstrided_view.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xview.hpp>
#endif
#endif

namespace fx = fluxpp;

namespace {

/// Row i, column k of weights that no permutation of elements leaves as they are.
constexpr auto weighted = fx::function<"x">([](auto x) {
  const auto row = fx::iota(x, 0), column = fx::iota(x, 1);
  const auto i = fx::reshape(row, {x.extent(0), 1});
  return fx::sum(fx::exp(0.1 * x) * (1.0 + i + 10.0 * column));
});

fx::tensor<double, 2> counting(std::size_t rows, std::size_t columns) {
  fx::tensor<double, 2> x({rows, columns});
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  return x;
}

template <class X> void check_equals_counting(const X& x) {
  const auto [expected, g] = fx::value_and_grad(weighted)(counting(3, 4));
  auto f = fx::value_and_grad(weighted);
  const auto [value, h] = f(x);
  CHECK(value == expected);
  for (std::size_t i = 0; i < 12; ++i) CHECK(h.template get<0>()[i] == g.template get<0>()[i]);
}

} // namespace

TEST_CASE("vectors, arrays, spans and numbers are arguments", "[eval]") {
  const auto total = [](auto x, auto k) { return fx::sum(x) * k; };
  const std::vector<double> v{1, 2, 3};
  const std::array<double, 3> a{1, 2, 3};
  CHECK(fx::compile(total)(v, 2.0) == 12);
  CHECK(fx::compile(total)(a, 2.0) == 12);
  CHECK(fx::compile(total)(std::span<const double>(v), 2.0) == 12);
  CHECK(fx::compile(total)(std::span<const double, 3>(a), 2.0) == 12);
  CHECK(fx::compile(total)(v, 2) == 12);
  CHECK(fx::compile(total)(5.0, 2.0f) == 10);
}

TEST_CASE("arrays decide between float and double, numbers only without arrays", "[eval]") {
  const auto twice = [](auto x, auto k) { return x * k; };
  const std::vector<float> f{1, 2};
  const std::vector<double> d{1, 2};
  const std::vector<int> i{1, 2};
  STATIC_REQUIRE(std::is_same_v<decltype(fx::compile(twice)(f, 2.0))::value_type, float>);
  STATIC_REQUIRE(std::is_same_v<decltype(fx::compile(twice)(f, d))::value_type, double>);
  STATIC_REQUIRE(std::is_same_v<decltype(fx::compile(twice)(i, 2.0f))::value_type, float>);
  STATIC_REQUIRE(std::is_same_v<decltype(fx::compile(twice)(1.0f, 2.0f)), float>);
  STATIC_REQUIRE(std::is_same_v<decltype(fx::compile(twice)(1.0f, 2.0)), double>);
}

TEST_CASE("elements of another type are converted, and seen anew at every call", "[eval]") {
  auto f = fx::compile([](auto x, auto y) { return fx::sum(x * y); });
  const std::vector<double> d{1, 2, 3};
  std::vector<float> s{0.5f, 1, 2};
  std::vector<int> i{4, 5, 6};
  CHECK(f(d, s) == 8.5);
  s[2] = 0;
  CHECK(f(d, s) == 2.5);
  CHECK(f(d, i) == 32);
  i.push_back(0), i.pop_back(), i[0] = 0;
  CHECK(f(d, i) == 28);
  const std::vector<std::int64_t> large{1, 2, std::int64_t{1} << 60};
  CHECK_THROWS_AS(f(d, large), fx::value_error);
  CHECK_THROWS_AS(f(d, std::vector<std::int64_t>{1, 2, -(std::int64_t{1} << 53) - 1}), fx::value_error);
  CHECK_NOTHROW(f(d, std::vector<std::int64_t>{1, 2, -(std::int64_t{1} << 53)}));
  CHECK_THROWS_AS(f(d, std::vector<std::uint64_t>{1, 2, std::uint64_t{1} << 63}), fx::value_error);
  CHECK(f(d, i) == 28);
}

#if FLUXPP_HAS_XTENSOR
TEST_CASE("xtensor containers and views equal their contiguous copies", "[eval]") {
  xt::xtensor<double, 2> x({3, 4});
  xt::xtensor<double, 2, xt::layout_type::column_major> c({3, 4});
  xt::xtensor_fixed<double, xt::xshape<3, 4>> fixed;
  xt::xtensor<double, 2> wide({6, 10});
  xt::xtensor<float, 2> s({3, 4});
  xt::xtensor<int, 2> n({3, 4});
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 4; ++k) {
      const auto v = static_cast<double>(4 * i + k);
      x(i, k) = c(i, k) = fixed(i, k) = wide(2 * i, 2 * k + 1) = v;
      s(i, k) = static_cast<float>(v), n(i, k) = static_cast<int>(v);
    }
  check_equals_counting(x);
  check_equals_counting(c);
  check_equals_counting(fixed);
  const xt::xarray<double> ranked_at_the_call = x;
  const xt::xarray<double, xt::layout_type::column_major> by_columns = x;
  check_equals_counting(fx::ranked<2>(ranked_at_the_call));
  check_equals_counting(fx::ranked<2>(by_columns));
  check_equals_counting(xt::view(wide, xt::range(0, 6, 2), xt::range(1, 9, 2)));
  check_equals_counting(
      xt::view(xt::xtensor<double, 2>(xt::flip(x, 0)), xt::range(2, xt::placeholders::_, -1), xt::all()));
  const xt::xtensor<double, 2> across = xt::transpose(x);
  check_equals_counting(xt::transpose(across));
  const double expected = fx::compile(weighted)(counting(3, 4));
  auto program = fx::compile(weighted);
  CHECK(program(n) == expected);
  CHECK(program(s) == approx(expected).epsilon(1e-6));
}

TEST_CASE("a run-time rank other than the stated one is a shape_error", "[eval]") {
  const xt::xarray<double> x = xt::xarray<double>::from_shape({2, 3});
  CHECK_THROWS_AS(fx::ranked<1>(x), fx::shape_error);
}
#endif

TEST_CASE("views of results live in the callable, owned results outlive it", "[eval]") {
  auto f = fx::compile([](auto x) { return x * 2.0; });
  const std::vector<double> a{1, 2}, b{3, 4};
  const auto first = f(a);
  CHECK(first[1] == 4);
  const auto second = f(b);
  CHECK(second.data() == first.data());
  const auto owned = fx::compile([](auto x) { return x * 2.0; })(a);
  STATIC_REQUIRE(std::is_same_v<std::remove_const_t<decltype(owned)>, fx::tensor<double, 1>>);
  CHECK(owned[1] == 4);
}

TEST_CASE("one array may be passed twice", "[eval]") {
  auto f = fx::value_and_grad(fx::function<"x", "y">([](auto x, auto y) { return fx::sum(x * y); }));
  const std::vector<double> a{1, 2, 3};
  const auto [value, g] = f(a, a);
  CHECK(value == 14);
  CHECK(g.get<"x">()[2] == 3);
  CHECK(g.get<"y">()[1] == 2);
  CHECK(g.get<"x">().data() != a.data());
  auto same = fx::compile([](auto x) { return x; });
  CHECK(same(a).data() != a.data());
  CHECK(same(a)[2] == 3);
}

namespace {

/// f(x) three times over, each time of the result of the call before: by one callable, and of copies.
template <class F> void check_fed_back(F function, const fx::tensor<double, 2>& x) {
  auto f = fx::compile(function);
  fx::tensor<double, 2> expected = x;
  auto y = f(x);
  for (int round = 0; round < 3; ++round) {
    expected = fx::compile(function)(expected);
    if (round > 0) y = f(y);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == expected[i]);
  }
}

} // namespace

TEST_CASE("the result of a callable may be its next argument", "[eval]") {
  fx::tensor<double, 2> m = counting(3, 3);
  for (double& v : m) v = 0.25 * v - 0.9;
  check_fed_back([](auto x) { return fx::softmax(fx::transpose(x)); }, m);
  check_fed_back([](auto x) { return fx::matmul(x, x); }, m);
  check_fed_back([](auto x) { return x - fx::sum(x, 0) * fx::exp(x); }, m);
}

TEST_CASE("any output of the last call may be any argument of the next", "[eval]") {
  const auto energy =
      fx::function<"x", "w">([](auto x, auto w) { return fx::sum(fx::tanh(x) * fx::transpose(fx::sin(w))); });
  auto f = fx::value_and_grad(energy);
  const fx::tensor<double, 2> x = counting(4, 4), w = counting(4, 4);
  const auto first = f(x, w);
  const auto gx = first.gradient.get<"x">(), gw = first.gradient.get<"w">();
  const fx::tensor<double, 2> own_x(gx), own_w(gw);
  const auto expected = fx::value_and_grad(energy)(own_w, own_x);
  const auto second = f(fx::tensor_view<const double, 2>(gw.data(), {4, 4}), gx);
  CHECK(second.value == expected.value);
  for (std::size_t i = 0; i < 16; ++i) CHECK(second.gradient.get<"x">()[i] == expected.gradient.get<"x">()[i]);
  for (std::size_t i = 0; i < 16; ++i) CHECK(second.gradient.get<"w">()[i] == expected.gradient.get<"w">()[i]);
}

TEST_CASE("a result of one size may be an argument of a call of another, however many came before", "[eval]") {
  auto f = fx::compile([](auto x) { return fx::concat(x, x, 0); });
  std::vector<double> x{1};
  auto y = f(x);
  for (std::size_t n = 2; n <= std::size_t{1} << 18; n *= 2) {
    y = f(y);
    CHECK(y.size() == 2 * n);
    CHECK(std::all_of(y.begin(), y.end(), [](double v) { return v == 1; }));
  }
}

TEST_CASE("copies of a callable are independent", "[eval]") {
  auto f = fx::compile([](auto x) { return x + 1.0; });
  const std::vector<double> a{1, 2};
  const auto first = f(a);
  auto g = f;
  const auto second = g(std::vector<double>{5, 6});
  CHECK(first.data() != second.data());
  CHECK(first[0] == 2);
  CHECK(second[0] == 6);
}
