// SPDX-License-Identifier: MIT
// ctc_loss: the sum over all paths, one by one; what its lengths mean; what it refuses.
#include "catch.hpp"

#include "fluxpp/autodiff/gradcheck.hpp"
#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr int blank_class = 1;
constexpr auto loss =
    fx::function<"x", "targets", "frames", "labels">([](auto x, auto targets, auto frames, auto labels) {
      return fx::ctc_loss(x, targets, frames, labels, {.blank = blank_class});
    });
constexpr auto total = fx::function<"x", "targets", "frames", "labels">(
    [](auto x, auto targets, auto frames, auto labels) { return fx::sum(loss(x, targets, frames, labels)); });

/// What a path says: classes without repetitions, then without blanks.
std::vector<int> said(const std::vector<int>& path) {
  std::vector<int> labels;
  for (std::size_t t = 0; t < path.size(); ++t)
    if (path[t] != blank_class && (t == 0 || path[t] != path[t - 1])) labels.push_back(path[t]);
  return labels;
}

/// The next path in the order of numbers; false after the last.
bool advance(std::vector<int>& path, int classes) {
  for (int& c : path) {
    if (++c < classes) return true;
    c = 0;
  }
  return false;
}

/// f(path, its probability) for every path of so many frames that says the labels.
template <class F>
void for_each_path(const fx::tensor<double, 3>& x, std::size_t sequence, int frames, const std::vector<int>& labels,
                   F f) {
  std::vector<int> path(static_cast<std::size_t>(frames));
  do {
    double log_probability = 0;
    for (std::size_t t = 0; t < path.size(); ++t) log_probability += x(t, sequence, path[t]);
    if (said(path) == labels) f(path, std::exp(log_probability));
  } while (advance(path, static_cast<int>(x.shape(2))));
}

fx::tensor<double, 3> random_scores(std::size_t frames, std::size_t n, std::size_t classes) {
  fx::tensor<double, 3> x({frames, n, classes});
  fx::fill_normal(x.data(), x.size(), 11, 0, 0);
  return x;
}

} // namespace

TEST_CASE("ctc_loss is the sum over all paths, and its gradient minus the probability of each class", "[ops]") {
  const fx::tensor<double, 3> x = random_scores(5, 7, 3);
  const std::vector<std::vector<int>> targets{{0, 2}, {0, 0}, {2}, {}, {0, 2, 0}, {2, 2, 2}, {}};
  const std::vector<int> frames{5, 4, 1, 3, 5, 5, 0};
  fx::tensor<int, 2> padded({7, 3});
  std::vector<int> lengths;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) padded(i, k) = k < targets[i].size() ? targets[i][k] : -1; // nobody reads it
    lengths.push_back(static_cast<int>(targets[i].size()));
  }
  auto value = fx::compile(loss);
  auto gradient = fx::grad<"x">(total);
  const auto y = value(x, padded, frames, lengths);
  const auto g = gradient(x, padded, frames, lengths);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    INFO("sequence " << i);
    double sum = 0;
    fx::tensor<double, 2> occupied({5, 3});
    for_each_path(x, i, frames[i], targets[i], [&](const std::vector<int>& path, double p) {
      sum += p;
      for (std::size_t t = 0; t < path.size(); ++t) occupied(t, path[t]) += p;
    });
    CHECK(y[i] == approx(-std::log(sum)).margin(1e-14));
    for (std::size_t t = 0; t < 5; ++t)
      for (std::size_t c = 0; c < 3; ++c) CHECK(g(t, i, c) == approx(-occupied(t, c) / sum).margin(1e-14));
  }
}

TEST_CASE("ctc_loss of what cannot be aligned is inf, or 0, with gradient 0", "[ops]") {
  const fx::tensor<double, 3> x = random_scores(3, 2, 3);
  const fx::tensor<int, 2> twice({2, 2}); // two equal labels need a blank between them
  const std::vector<int> frames{2, 3}, labels{2, 2};
  const auto y = fx::compile(loss)(x, twice, frames, labels);
  CHECK(y[0] == inf);
  CHECK(y[1] < inf);
  const auto finite = fx::compile([](auto a, auto t, auto n, auto m) {
    return fx::ctc_loss(a, t, n, m, {.blank = blank_class, .zero_infinity = true});
  })(x, twice, frames, labels);
  CHECK(finite[0] == 0);
  CHECK(finite[1] == y[1]);
  const auto g = fx::grad<"x">(total)(x, twice, frames, labels);
  for (std::size_t c = 0; c < 3; ++c) CHECK(g(0, 0, c) == 0);
  CHECK(fx::compile(loss)(x, twice, 0, 0)[1] == 0);
  CHECK(fx::compile(loss)(x, twice, 0, 1)[1] == inf);
}

TEST_CASE("ctc_loss has derivatives in scores that are normalised first", "[ops]") {
  constexpr auto f = [](auto x) {
    const auto targets = fx::iota(x, 1) + 1.0; // labels 1, 2 for both sequences
    return fx::sum(fx::ctc_loss(fx::log_softmax(x), fx::stack({targets, targets}, 1), 6.0, 2.0));
  };
  CHECK(fx::gradcheck(f, random_scores(6, 2, 4)));
}

TEST_CASE("ctc_loss in float stays accurate over many frames", "[ops]") {
  const fx::tensor<double, 3> x = random_scores(800, 1, 5);
  fx::tensor<float, 3> single(x.shape());
  std::copy(x.begin(), x.end(), single.begin());
  fx::tensor<double, 3> rounded(x.shape());
  std::copy(single.begin(), single.end(), rounded.begin());
  fx::tensor<int, 2> targets({1, 60});
  for (std::size_t k = 0; k < 60; ++k) targets[k] = static_cast<int>(2 + k % 3);
  auto f = fx::value_and_grad<"x">(total);
  auto same = fx::value_and_grad<"x">(total);
  const auto [a, ga] = f(rounded, targets, 800, 60);
  const auto [b, gb] = same(single, targets, 800, 60);
  CHECK(static_cast<double>(b) == approx(a).epsilon(1e-6));
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(gb.get<"x">()[i]) - ga.get<"x">()[i]));
  CHECK(worst < 1e-4);
}

TEST_CASE("ctc_loss of NaN is NaN, and only in its sequence", "[ops]") {
  fx::tensor<double, 3> x = random_scores(4, 2, 3);
  x(2, 1, 0) = std::numeric_limits<double>::quiet_NaN();
  const auto y = fx::compile(loss)(x, fx::tensor<int, 2>({2, 1}), 4, 1);
  CHECK(y[0] == y[0]);
  CHECK(y[1] != y[1]);
}

TEST_CASE("ctc_loss refuses lengths and labels that are none", "[ops]") {
  const fx::tensor<double, 3> x = random_scores(4, 2, 3);
  fx::tensor<int, 2> targets({2, 2});
  auto f = fx::compile(loss);
  const std::vector<int> two{2, 2};
  CHECK_THROWS_WITH(f(x, targets, std::vector{4, 5}, two),
                    contains("ctc_loss(x, targets, input_lengths, target_lengths): input_lengths[1] is 5, but must be "
                             "one of 0, ... 4"));
  CHECK_THROWS_WITH(f(x, targets, 4, std::vector{3, 0}), contains("target_lengths[0] is 3"));
  targets(1, 1) = 3;
  CHECK_THROWS_WITH(f(x, targets, 4, two), contains("targets[3] is 3, but must be one of 0, ... 2"));
  targets(1, 1) = blank_class;
  CHECK_THROWS_WITH(f(x, targets, 4, two), contains("targets[3] is the blank, which is no label"));
  CHECK_THROWS_WITH(fx::compile([](auto a, auto t) { return fx::ctc_loss(a, t, 4.0, 1.0, {.blank = 3}); })(x, targets),
                    contains("blank must be one of the classes 0, ... 2"));
}
