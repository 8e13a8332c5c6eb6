// SPDX-License-Identifier: MIT
// gradcheck accepts right derivatives and finds wrong ones: mutants of a correct function, each wrong in one way.
#include "catch.hpp"

#include "fluxpp/autodiff/gradcheck.hpp"
#include "fluxpp/core/xtensor.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <array>
#include <cmath>
#include <vector>

namespace fx = fluxpp;
using fx::dims;
using fx::var;

namespace user {

/// x^2 y, and mutants of its partial derivatives.
enum class mutant { none, sign, factor, dropped_term, first_argument_only, swapped, small };
template <mutant M> struct product : fx::elementwise<2> {
  static constexpr auto name = "product";
  template <class V> static constexpr V forward(V x, V y) { return x * x * y; }
  template <class V> static constexpr std::array<V, 2> partials(V x, V y, V) {
    const V dx = V(2) * x * y, dy = x * x;
    if constexpr (M == mutant::sign) return {-dx, dy};
    else if constexpr (M == mutant::factor) return {x * y, dy};
    else if constexpr (M == mutant::dropped_term) return {dx, x};
    else if constexpr (M == mutant::first_argument_only) return {dx, V(0)};
    else if constexpr (M == mutant::swapped) return {dy, dx};
    else if constexpr (M == mutant::small) return {V(1 + 1e-6) * dx, dy};
    else return {dx, dy};
  }
  static constexpr std::array samples{std::array{1.5, -0.7}, std::array{-0.4, 2.0}};
  static constexpr double max_ulp = 2;
};
template <mutant M> constexpr fx::operation<product<M>> product_of{};

/// Every element times 3, except that the derivative of one of them is forgotten.
template <bool Wrong> struct thrice : fx::custom<1> {
  static constexpr auto name = Wrong ? "thrice_wrong" : "thrice";
  static constexpr dims shape(const dims& x) { return x; }
  static constexpr var vjp(const fx::node_view& y, var ybar, int) { return scaled(y, ybar); }
  static constexpr var jvp(const fx::node_view&, const fx::pushforward& p) { return 3.0 * p.dx[0]; }
  template <class Args> static void run(const Args& a) {
    for (std::size_t i = 0; i < a.size(); ++i) a.out[i] = 3 * a.in[0][i];
  }

private:
  static constexpr var scaled(const fx::node_view& y, var ybar) {
    if constexpr (!Wrong) return 3.0 * ybar;
    else return fx::select(fx::equal(fx::iota(y.arg(0), 0), 777.0), 0.0, 3.0 * ybar);
  }
};
/// The transpose of a matrix-like reversal: reverse mode forgets to reverse back.
template <bool Wrong> struct reversed : fx::custom<1> {
  static constexpr auto name = Wrong ? "reversed_wrong" : "reversed";
  static constexpr dims shape(const dims& x) { return x; }
  static constexpr var vjp(const fx::node_view&, var ybar, int) {
    return Wrong ? ybar : fx::operation<reversed>{}(ybar);
  }
  static constexpr var jvp(const fx::node_view&, const fx::pushforward& p) {
    return fx::operation<reversed>{}(p.dx[0]);
  }
  template <class Args> static void run(const Args& a) {
    for (std::size_t i = 0; i < a.size(); ++i) a.out[i] = a.in[0][a.size() - 1 - i];
  }
};

} // namespace user

namespace {

const std::vector<double> x{1.5, -0.4, 0.3}, y{-0.7, 2.0, 1.1};

template <user::mutant M> fx::gradcheck_result check_mutant() {
  return fx::gradcheck(fx::function<"x", "y">([](auto a, auto b) { return fx::sum(user::product_of<M>(a, b)); }), x, y);
}

} // namespace

TEST_CASE("gradcheck accepts derivatives that are right, of scalars and of arrays", "[autodiff]") {
  const auto f = fx::function<"x", "y">([](auto a, auto b) { return fx::exp(a * b) / (1.0 + a * a) + fx::sum(b); });
  const fx::gradcheck_result r = fx::gradcheck(f, x, y), s = fx::gradcheck(fx::strict, f, x, y);
  INFO(r.str() << "\n" << s.str());
  CHECK(r);
  CHECK(s);
  CHECK(r.entries == 2 * 3 * 6); // both modes, three results, six elements
  CHECK_THAT(r.str(), contains("gradcheck passed"));
  CHECK(fx::gradcheck([](auto a) { return fx::sin(a) * a; }, 0.7));
  CHECK(fx::gradcheck(f, x, 0.5));
}

TEST_CASE("gradcheck accepts operations of the library and of users at their samples", "[autodiff]") {
  CHECK(fx::gradcheck(fx::tanh));
  CHECK(fx::gradcheck(fx::atan2));
  CHECK(fx::gradcheck(user::product<user::mutant::none>{}));
}

TEST_CASE("gradcheck finds a wrong sign and says so", "[autodiff]") {
  const fx::gradcheck_result r = check_mutant<user::mutant::sign>();
  CHECK_FALSE(r);
  CHECK(r.worst.argument == "x");
  CHECK(r.failures == 6);
  CHECK_THAT(r.str(), contains("the sign?"));
}

TEST_CASE("gradcheck finds a missing factor of 2 and says so", "[autodiff]") {
  const fx::gradcheck_result r = check_mutant<user::mutant::factor>();
  CHECK_FALSE(r);
  CHECK(r.worst.numeric == approx(2 * r.worst.analytic));
  CHECK_THAT(r.str(), contains("a factor of 2?"));
}

TEST_CASE("gradcheck finds dropped terms, forgotten and swapped arguments", "[autodiff]") {
  CHECK_FALSE(check_mutant<user::mutant::dropped_term>());
  const fx::gradcheck_result r = check_mutant<user::mutant::first_argument_only>();
  CHECK_FALSE(r);
  CHECK(r.worst.argument == "y");
  CHECK_THAT(r.str(), contains("a term that is missing?"));
  CHECK_FALSE(check_mutant<user::mutant::swapped>());
  CHECK_FALSE(fx::gradcheck(user::product<user::mutant::swapped>{}));
}

TEST_CASE("strict gradcheck finds an error in the sixth digit, the default does not look for it", "[autodiff]") {
  CHECK(check_mutant<user::mutant::small>());
  CHECK_FALSE(fx::gradcheck(user::product<user::mutant::small>{}));
}

TEST_CASE("gradcheck finds one wrong element of a thousand, and in which mode", "[autodiff]") {
  std::vector<double> many(1000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = std::sin(static_cast<double>(i));
  CHECK(fx::gradcheck([](auto a) { return fx::sum(fx::operation<user::thrice<false>>{}(a)); }, many));
  const fx::gradcheck_result r =
      fx::gradcheck([](auto a) { return fx::sum(fx::operation<user::thrice<true>>{}(a)); }, many);
  CHECK_FALSE(r);
  CHECK(r.failures == 1);
  CHECK(r.worst.index == 777);
  CHECK(r.worst.analytic == 0);
  CHECK(std::string(r.worst.mode) == "reverse");
}

TEST_CASE("gradcheck finds a transposed Jacobian", "[autodiff]") {
  CHECK(fx::gradcheck([](auto a) { return fx::operation<user::reversed<false>>{}(a * a); }, x));
  CHECK_FALSE(fx::gradcheck([](auto a) { return fx::operation<user::reversed<true>>{}(a * a); }, x));
}

TEST_CASE("gradcheck finds a gradient that was detached", "[autodiff]") {
  const fx::gradcheck_result r = fx::gradcheck([](auto a) { return fx::sum(a * fx::stop_gradient(a)); }, x);
  CHECK_FALSE(r);
  CHECK_THAT(r.str(), contains("a factor of 2?"));
}

TEST_CASE("gradcheck of a gradient checks second derivatives", "[autodiff]") {
  const auto gradient = [](auto a) { return fx::grad([](auto b) { return fx::sum(fx::exp(b) * fx::sum(b * b)); })(a); };
  const fx::gradcheck_result r = fx::gradcheck(fx::strict, gradient, x);
  INFO(r.str());
  CHECK(r);
}

TEST_CASE("gradcheck leaves its arguments alone, and index arguments out", "[autodiff]") {
  const std::vector<double> before = x;
  std::vector<double> data = x;
  const std::vector<int> index{2, 0};
  CHECK(
      fx::gradcheck([](auto a, auto i) { return fx::square(fx::gather(a, i)); }, std::span<const double>(data), index));
  CHECK(data == before);
#if FLUXPP_HAS_XTENSOR
  const xt::xtensor<double, 2> m{{1, 2, 3}, {4, 5, 6}};
  const xt::xtensor_fixed<double, xt::xshape<3, 2>> w{{1, 2}, {3, 4}, {5, 6}};
  CHECK(fx::gradcheck([](auto a, auto b) { return fx::tanh(0.1 * fx::matmul(a, b)); }, m, w));
#endif
}

TEST_CASE("misuse of gradcheck is a value_error with a sentence", "[autodiff]") {
  const auto f = [](auto a) { return fx::sum(fx::log(a)); };
  CHECK_THROWS_WITH(fx::gradcheck(f, std::vector<float>{1, 2}), contains("arguments must be double"));
  CHECK_THROWS_WITH(fx::gradcheck(f, 1.0f), contains("arguments must be double"));
  CHECK_THROWS_AS(fx::gradcheck(f, std::vector<float>{1, 2}), fx::value_error);
  CHECK_THROWS_WITH(fx::gradcheck(f, std::vector<double>{}), contains("no elements"));
  CHECK_THROWS_WITH(fx::gradcheck(f, std::vector<double>{-1, 2}), contains("finite"));
}
