// SPDX-License-Identifier: MIT
// FLUXPP_CHECK_FINITE names the first operation and source line whose result is not finite.
#define FLUXPP_CHECK_FINITE 1
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <string>
#include <utility>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr int line_of_log = __LINE__ + 1;
constexpr auto entropy = fx::function<"p">([](auto p) { return fx::sum(fx::softmax(fx::log(p))); });
constexpr int line_of_matmul = __LINE__ + 1;
constexpr auto product = fx::function<"a", "b">([](auto a, auto b) { return fx::sum(fx::matmul(a, b)); });

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const fx::value_error& e) { return e.what(); }
  return "nothing was thrown";
}

} // namespace

TEST_CASE("finite values pass", "[eval]") { CHECK(fx::compile(entropy)(std::vector<double>{0.1, 0.9}) == approx(1)); }

TEST_CASE("the first operation that is not finite is named with its source line", "[eval]") {
  const std::string text = message_of([] { fx::compile(entropy)(std::vector<double>{0.1, 0.0}); });
  INFO(text);
  CHECK_THAT(text, contains("fluxpp::log"));
  CHECK_THAT(text, contains("line " + std::to_string(line_of_log)));
  CHECK_THAT(text, contains("element 1"));
}

TEST_CASE("values that never leave the registers of a fused loop are looked at, one by one", "[eval]") {
  const int line = __LINE__;
  auto chain = fx::compile([](auto x) {
    auto y = fx::log(x);
    auto z = fx::tanh(y) + 1.0;
    return fx::mean(z);
  });
  const std::string text = message_of([&] { chain(std::vector<double>{1.0, 2.0, -3.0}); });
  INFO(text);
  CHECK_THAT(text, contains("fluxpp::log"));
  CHECK_THAT(text, contains("line " + std::to_string(line + 2)));
  CHECK_THAT(text, contains("element 2"));
}

TEST_CASE("a value that later operations make finite again is named all the same", "[eval]") {
  auto hidden = fx::compile([](auto x) { return fx::relu(-fx::exp(x)); });
  CHECK_THAT(message_of([&] { hidden(std::vector<double>{1.0, 1000.0}); }), contains("fluxpp::exp"));
}

TEST_CASE("of several faults the first in the program is named", "[eval]") {
  auto f = fx::compile([](auto x, auto y) {
    auto late = fx::sum(fx::sqrt(y));
    return fx::log(x) + late;
  });
  CHECK_THAT(message_of([&] { f(-1.0, std::vector<double>{-1.0}); }), contains("fluxpp::sqrt"));
}

TEST_CASE("operators know their line, beside named operations and in composites", "[eval]") {
  const int line = __LINE__;
  auto f = fx::compile([](auto x, auto y) {
    auto a = fx::exp(x);
    auto b = a * 2.0;
    auto c = 1.0 / y;
    return fx::softplus(b) + fx::mean(c);
  });
  auto text = message_of([&] { f(1.0, std::vector<double>{0.0}); });
  INFO(text);
  CHECK_THAT(text, contains("fluxpp::div"));
  CHECK_THAT(text, contains("line " + std::to_string(line + 4)));
  text = message_of([&] { f(700.0, std::vector<double>{1.0}); });
  CHECK_THAT(text, contains("nothing"));
  text = message_of([&] { f(709.7, std::vector<double>{1.0}); });
  CHECK_THAT(text, contains("fluxpp::mul"));
  CHECK_THAT(text, contains("line " + std::to_string(line + 3)));
}

TEST_CASE("a derivative has the line of the operation that it belongs to", "[eval]") {
  const int line = __LINE__;
  auto f = fx::grad([](auto x) {
    auto a = x - 1.0;
    auto b = fx::pow(a, 0.5);
    return fx::sum(b * b * b);
  });
  const auto text = message_of([&] { f(std::vector<double>{2.0, 1.0}); });
  INFO(text);
  CHECK_THAT(text, contains("line " + std::to_string(line + 3)));
}

TEST_CASE("operations with kernels of their own are checked too", "[eval]") {
  fx::tensor<double, 2> a({2, 2}), b({2, 2});
  for (double& v : a) v = 1e200;
  for (double& v : b) v = 1e200;
  const std::string text = message_of([&] { fx::compile(product)(a, b); });
  INFO(text);
  CHECK_THAT(text, contains("fluxpp::matmul"));
  CHECK_THAT(text, contains("line " + std::to_string(line_of_matmul)));
}

TEST_CASE("gradients are checked, and a callable that failed can be called again", "[eval]") {
  auto f = fx::value_and_grad([](auto x) { return fx::sum(fx::sqrt(x)); });
  CHECK_THAT(message_of([&] { f(std::vector<double>{0.0, 1.0}); }), contains("FLUXPP_CHECK_FINITE"));
  CHECK(f(std::vector<double>{4.0, 1.0}).value == 3);
}

TEST_CASE("inside a loop the operation and its line are named, also of the derivative", "[eval]") {
  const int line = __LINE__;
  constexpr auto shrinking = [](auto x) {
    const auto step = [](auto rest, auto v) {
      rest = rest - v;
      const auto root = fx::sqrt(rest);
      return std::pair{rest, root};
    };
    return fx::sum(fx::scan(step, fx::sum(0.0 * x) + 4.0, x).second);
  };
  auto f = fx::compile(shrinking);
  CHECK(f(std::vector<double>{3.0, 1.0}) == 1);
  std::string text = message_of([&] { f(std::vector<double>{3.0, 2.0, 1.0}); });
  INFO(text);
  CHECK_THAT(text, contains("fluxpp::sqrt"));
  CHECK_THAT(text, contains("line " + std::to_string(line + 4)));
  CHECK(f(std::vector<double>{3.0, 1.0}) == 1);
  text = message_of([&] { fx::grad(shrinking)(std::vector<double>{3.0, 1.0}); }); // the slope at 0 is infinite
  INFO(text);
  CHECK_THAT(text, contains("line " + std::to_string(line + 4)));
}

TEST_CASE("a carry that overflows is named in the run in which it does", "[eval]") {
  const int line = __LINE__;
  auto f = fx::compile([](auto x) {
    const auto step = [](auto y, auto) {
      y = fx::exp(y);
      return std::pair{y, y};
    };
    return fx::scan(step, x, std::tuple<>{}, {.runs = 5}).first;
  });
  CHECK_THAT(message_of([&] { f(-40.0); }), contains("nothing"));
  const std::string text = message_of([&] { f(1.0); });
  INFO(text);
  CHECK_THAT(text, contains("fluxpp::exp"));
  CHECK_THAT(text, contains("line " + std::to_string(line + 3)));
}
