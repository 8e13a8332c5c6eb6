// SPDX-License-Identifier: MIT
// Plans of named programs as text: a pass that changes a plan shows as a difference that a person accepts, by running
// this program with FLUXPP_ACCEPT_PLANS=1.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/core/arguments.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/graph/graphviz.hpp"
#include "fluxpp/graph/print.hpp"
#include "fluxpp/ops/ops.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace fx = fluxpp;
namespace eval = fluxpp::eval;
using fx::arguments::argument;
using fx::autodiff::gradient_transform;
using fx::autodiff::value_transform;

namespace {

// One operation a line: compilers may take the operands of one expression in any order.

constexpr auto normal_log_density = fx::function<"mu", "sigma", "x">([](auto mu, auto sigma, auto x) {
  auto z = (x - mu) / sigma;
  return fx::mean(0.5 * z * z + fx::log(sigma));
});
constexpr auto logistic_regression = fx::function<"w", "b", "x", "y">([](auto w, auto b, auto x, auto y) {
  auto score = fx::matmul(x, w) + b;
  return fx::binary_cross_entropy_with_logits(score, y);
});
constexpr auto perceptron = fx::function<"w1", "b1", "w2", "b2", "x">([](auto w1, auto b1, auto w2, auto b2, auto x) {
  auto hidden = fx::relu(fx::matmul(x, w1) + b1);
  return fx::mean(fx::square(fx::matmul(hidden, w2) + b2));
});
constexpr auto classifier = fx::function<"w", "x", "labels">(
    [](auto w, auto x, auto labels) { return fx::cross_entropy(fx::matmul(x, w), labels); });
constexpr auto normalised = fx::function<"x", "scale", "shift">([](auto x, auto scale, auto shift) {
  auto y = fx::layer_norm(x, scale, shift);
  return fx::sum(fx::square(y));
});
constexpr auto attention = fx::function<"q", "k", "v">([](auto q, auto k, auto v) {
  auto scores = fx::matmul(q, fx::transpose(k)) * 0.125;
  return fx::matmul(fx::softmax(scores), v);
});
constexpr auto squarings = fx::function<"x">([](auto x) {
  auto y = x;
  for (int i = 0; i < 6; ++i) y = y * y;
  return fx::sum(y);
});
constexpr auto broadcasts = fx::function<"s", "row", "m">([](auto s, auto row, auto m) {
  auto column = fx::mean(m, fx::axes(1).kept());
  auto centred = m - column;
  auto scaled = centred * fx::exp(row * s);
  return fx::sum(scaled / fx::sum(fx::abs(row)));
});

/// The program that the evaluator would be given, and its plan, both made by the compiler.
template <class Program> std::string text_of_plan() {
  const fx::graph::staged_view& s = eval::staged_of<Program>;
  fx::graph::placement p;
  for (int i = 0; i < eval::nodes_of<Program>; ++i) p.of.push(eval::places_of<Program>.of[i]);
  p.arena = eval::places_of<Program>.arena;
  return fx::graph::str(s.g) + "\n" + fx::graph::str(s, eval::fused_of<Program>, p);
}

template <class Program> void check_plan(const std::string& name) {
  const std::string text = text_of_plan<Program>(), file = FLUXPP_TESTS_DIR "/plans/" + name + ".txt";
  if (std::getenv("FLUXPP_ACCEPT_PLANS") != nullptr) std::ofstream(file) << text;
  std::ifstream in(file);
  std::stringstream accepted;
  accepted << in.rdbuf();
  INFO("the plan of " << name << " changed; if it should: FLUXPP_ACCEPT_PLANS=1 and this program");
  CHECK(text == accepted.str());
}

template <class F, bool Gradient, class... A> void check(const std::string& name) {
  if constexpr (Gradient) check_plan<eval::function_program<gradient_transform<F, true>, A...>>(name);
  else check_plan<eval::function_program<value_transform<F>, A...>>(name);
}

using number = argument<double>;
using vector = argument<double, -1>;
using matrix = argument<double, -1, -1>;

} // namespace

TEST_CASE("plans of small losses with their gradients are the accepted ones", "[plans]") {
  check<std::remove_const_t<decltype(normal_log_density)>, true, number, number, vector>("normal_log_density");
  check<std::remove_const_t<decltype(logistic_regression)>, true, vector, number, matrix, vector>(
      "logistic_regression");
  check<std::remove_const_t<decltype(squarings)>, true, vector>("squarings");
  check<std::remove_const_t<decltype(broadcasts)>, true, number, argument<double, 5>, argument<double, 4, 5>>(
      "broadcasts");
}

TEST_CASE("plans of layers are the accepted ones", "[plans]") {
  check<std::remove_const_t<decltype(perceptron)>, true, argument<float, 8, 32>, argument<float, 32>,
        argument<float, 32, 4>, argument<float, 4>, argument<float, -1, 8>>("perceptron");
  check<std::remove_const_t<decltype(classifier)>, true, argument<float, 8, 10>, argument<float, -1, 8>,
        argument<int, -1>>("classifier");
  check<std::remove_const_t<decltype(normalised)>, true, argument<float, -1, 64>, argument<float, 64>,
        argument<float, 64>>("layer_norm");
  check<std::remove_const_t<decltype(attention)>, false, matrix, matrix, matrix>("attention");
}

TEST_CASE("a program as a drawing has a node per operation, an edge per operand and a box per step", "[plans]") {
  using program =
      eval::function_program<value_transform<std::remove_const_t<decltype(attention)>>, matrix, matrix, matrix>;
  const std::string text = fx::graph::dot(eval::view_of<program>, eval::fused_of<program>);
  auto occurrences = [&](const std::string& part) {
    int n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
  };
  int edges = 0;
  for (int id = 0; id < eval::view_of<program>.count.nodes; ++id)
    for (const int a : eval::view_of<program>[id].args) edges += a >= 0 ? 1 : 0;
  CHECK(text.rfind("digraph program {", 0) == 0);
  CHECK(occurrences("label=\"") == eval::view_of<program>.count.nodes + eval::fused_of<program>.step_count);
  CHECK(occurrences(" -> ") == edges);
  CHECK(occurrences("peripheries=2") == 1);
  CHECK(occurrences("{") == occurrences("}"));
}
