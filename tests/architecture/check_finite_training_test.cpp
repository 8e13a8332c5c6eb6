// SPDX-License-Identifier: MIT
// A training step that meets a value that is not finite changes nothing: parameters, state and the rule's slots.
#define FLUXPP_CHECK_FINITE 1
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <limits>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto net = fx::chain(fx::dense<8>(fx::tanh), fx::batch_norm(), fx::dense<2>());

auto make() { return fx::learner{net, fx::softmax_cross_entropy, fx::adamw{.lr = 0.1}, fx::shape<fx::batch, 3>}; }
using small_learner = decltype(make());

/// Parameters and state.
std::vector<float> numbers_of(const small_learner& l) {
  std::vector<float> all;
  l.model().for_each([&](const auto&, std::span<float> v) { all.insert(all.end(), v.begin(), v.end()); });
  return all;
}
struct observations {
  fx::tensor<float, 2> inputs{{4, 3}};
  std::vector<std::int32_t> targets{0, 1, 1, 0};
  observations() {
    for (std::size_t i = 0; i < 12; ++i) inputs[i] = static_cast<float>(i * i % 7);
  }
  std::size_t size() const { return 4; }
};

/// step(learner) throws; then the learner is as one that never met it, to the bit, and goes on as that one.
template <class Step> void check_changes_nothing(Step step) {
  const observations good;
  small_learner met = make(), spared = make();
  met.step(good), spared.step(good);
  CHECK_THROWS_AS(step(met), fx::value_error);
  CHECK(numbers_of(met) == numbers_of(spared));
  for (int i = 0; i < 3; ++i) CHECK(met.step(good) == spared.step(good));
  CHECK(numbers_of(met) == numbers_of(spared));
}

} // namespace

TEST_CASE("a fault in the gradient changes nothing", "[train]") {
  observations bad;
  bad.inputs[5] = std::numeric_limits<float>::infinity();
  check_changes_nothing([&](auto& l) { l.step(bad); });
}

TEST_CASE("a fault in the update changes nothing", "[train]") {
  const observations good;
  check_changes_nothing([&](auto& l) { l.step(good, std::numeric_limits<double>::infinity(), 0.9); });
}
