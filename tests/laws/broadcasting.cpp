// SPDX-License-Identifier: MIT
// Broadcasting in every argument: values, both modes and second order agree with the reference, and adjoints sum back.
#include "laws/compiled.hpp"

#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::var;
using laws::normal_tensor;
using laws::numbers;

/// The dot-product law on the outputs of laws::everything for two arguments.
double dot_product_error(const laws::outputs<double>& y, const numbers& ybar, const numbers& da, const numbers& db) {
  double left = 0, right = 0, size = 0;
  auto add = [&size](const numbers& a, const numbers& b, double& sum) {
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i], size += std::abs(a[i] * b[i]);
  };
  add(ybar, y[1], left);
  add(y[2], da, right), add(y[3], db, right);
  return std::abs(left - right) / size;
}

/// A function of two arrays and all its derivatives.
template <class F, class A, class B, class Y> void check(const A& a, const B& b, const Y& ybar) {
  auto like = [](const auto& x, std::uint32_t stream) {
    auto copy = x;
    const numbers v = laws::normal(laws::elements(x).size(), stream);
    if constexpr (fx::arguments::number<A> && std::is_same_v<std::remove_cvref_t<decltype(x)>, A>) copy = v[0];
    else std::copy(v.begin(), v.end(), copy.begin());
    return copy;
  };
  const auto da = like(a, 11), ua = like(a, 12);
  const auto db = like(b, 13), ub = like(b, 14);
  using transform = laws::everything<F, 2>;
  const auto y = laws::by_cpu<transform>(a, b, da, db, ua, ub, ybar);
  const laws::difference d = laws::compare(y, laws::by_reference<transform>(a, b, da, db, ua, ub, ybar));
  INFO(d.str());
  CHECK(d.within(1e-12));
  CHECK(dot_product_error(y, laws::elements(ybar), laws::elements(da), laws::elements(db)) <= 1e-12);
}

/// Op of its operands; the second is kept away from poles and from ties.
template <class Op> struct plain {
  constexpr var operator()(var a, var b) const { return fx::operation<Op>{}(a, b * b + 0.5); }
};
struct chosen {
  constexpr var operator()(var a, var b) const { return fx::select(fx::less(b, 0.1), a, a * b); }
};
struct outer {
  constexpr var operator()(var a, var b) const {
    return fx::reshape(a, {a.extent(0), 1}) / (fx::reshape(b * b, {1, b.extent(0)}) + 1.0);
  }
};
struct three {
  constexpr var operator()(var a, var b) const { // [m, 1, n] * [k, 1] + [n]
    const var x = fx::reshape(a, {a.extent(0), 1, a.extent(1)});
    return fx::exp(0.3 * x) * fx::reshape(b, {b.extent(0), 1}) - fx::mean(a, 0);
  }
};

template <class F> void check_with_rows_and_numbers() {
  check<F>(normal_tensor<2>({6, 5}, 1), normal_tensor<1>({5}, 2), normal_tensor<2>({6, 5}, 3));
  check<F>(normal_tensor<1>({5}, 2), normal_tensor<2>({6, 5}, 1), normal_tensor<2>({6, 5}, 3));
  check<F>(0.7, normal_tensor<2>({6, 5}, 1), normal_tensor<2>({6, 5}, 3));
  check<F>(normal_tensor<3>({2, 6, 5}, 1), normal_tensor<2>({6, 5}, 2), normal_tensor<3>({2, 6, 5}, 3));
}

} // namespace

TEST_CASE("arithmetic broadcasts in each argument", "[laws]") {
  check_with_rows_and_numbers<plain<fx::ops::sub>>();
  check_with_rows_and_numbers<plain<fx::ops::mul>>();
  check_with_rows_and_numbers<plain<fx::ops::div>>();
}

TEST_CASE("functions of two arguments broadcast in each", "[laws]") {
  check_with_rows_and_numbers<plain<fx::ops::maximum>>();
  check_with_rows_and_numbers<plain<fx::ops::atan2>>();
  check_with_rows_and_numbers<chosen>();
}

TEST_CASE("columns and rows, and arrays of three axes, broadcast against each other", "[laws]") {
  check<outer>(normal_tensor<1>({7}, 1), normal_tensor<1>({9}, 2), normal_tensor<2>({7, 9}, 3));
  check<three>(normal_tensor<2>({3, 17}, 1), normal_tensor<1>({4}, 2), normal_tensor<3>({3, 4, 17}, 3));
}
