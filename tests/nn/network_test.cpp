// SPDX-License-Identifier: MIT
// The layout of networks: names, shapes and offsets known to the compiler, as torch spells them.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

namespace fx = fluxpp;

namespace {

constexpr auto net =
    fx::chain(fx::conv<4, 3>(), fx::batch_norm(fx::relu), fx::chain(fx::flatten(), fx::dense<5>(fx::tanh)));
using shape = std::remove_const_t<decltype(fx::shape<fx::batch, 2, 6, 6>)>;
constexpr auto layout = fx::nn::layout_of<std::remove_const_t<decltype(net)>, shape>;

} // namespace

TEST_CASE("parameters are named by their place in the chain") {
  const char* names[] = {"0.weight", "0.bias", "1.weight", "1.bias", "2.1.weight", "2.1.bias"};
  STATIC_REQUIRE(layout.parameter_count == 6);
  for (int i = 0; i < 6; ++i) CHECK(layout.parameters[i].name.view() == names[i]);
  STATIC_REQUIRE(layout.state_count == 2);
  CHECK(layout.states[0].name.view() == "1.running_mean");
  CHECK(layout.states[1].name.view() == "1.running_var");
}

TEST_CASE("shapes follow from the input and offsets are aligned and disjoint") {
  CHECK(layout.parameters[0].shape == fx::make_dims(4, 2, 3, 3));
  CHECK(layout.parameters[4].shape == fx::make_dims(5, 4 * 36));
  STATIC_REQUIRE(layout.learned() == 4 * 2 * 9 + 4 + 4 + 4 + 5 * 144 + 5);
  for (int i = 0; i + 1 < layout.parameter_count; ++i) {
    CHECK(layout.parameters[i].offset % 16 == 0);
    CHECK(layout.parameters[i + 1].offset >= layout.parameters[i].offset + layout.parameters[i].size);
  }
}

TEST_CASE("a network with batch normalisation trains, and its running statistics follow the data") {
  auto data = fx::data::dataset<4>::observations(64, {2, 6, 6});
  fx::fill_normal(data.inputs.data(), data.inputs.size(), 3, 1, 0);
  for (std::size_t i = 0; i < data.inputs.size(); ++i) data.inputs.data()[i] += 2;
  for (int i = 0; i < 64; ++i) data.targets.data()[i] = i % 5;
  fx::learner learn{net, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-2}, fx::shape<fx::batch, 2, 6, 6>};
  learn.fit(data, {.epochs = 30, .batch = 16, .progress = {.shown = fx::progress_options::form::silent}});
  CHECK(learn.history().back().loss < 0.5 * learn.history().front().loss);
  for (float v : learn.model()["1.running_var"]) CHECK((v > 0 && v != 1.0f));
  CHECK_THROWS_AS(learn.model()["3.weight"], fx::value_error);
}

TEST_CASE("a repeated block is a chain of blocks: names, values, gradients, running statistics") {
  constexpr auto block = fx::chain(fx::dense<6>(fx::tanh), fx::batch_norm(fx::relu));
  constexpr auto once = fx::chain(fx::flatten(), fx::dense<6>(), fx::repeat<3>(block), fx::dense<5>());
  constexpr auto in_full = fx::chain(fx::flatten(), fx::dense<6>(), fx::chain(block, block, block), fx::dense<5>());
  auto data = fx::data::dataset<2>::observations(64, {4});
  fx::fill_normal(data.inputs.data(), data.inputs.size(), 3, 1, 0);
  for (int i = 0; i < 64; ++i) data.targets.data()[i] = i % 5;
  fx::learner a{once, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-2}, fx::shape<fx::batch, 4>};
  fx::learner b{in_full, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-2}, fx::shape<fx::batch, 4>};
  constexpr auto kept =
      fx::chain(fx::flatten(), fx::dense<6>(), fx::repeat<3>(block, {.checkpoint = true}), fx::dense<5>());
  fx::learner c{kept, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-2}, fx::shape<fx::batch, 4>};
  a.fit(data, {.epochs = 3, .batch = 16, .progress = {.shown = fx::progress_options::form::silent}});
  c.fit(data, {.epochs = 3, .batch = 16, .progress = {.shown = fx::progress_options::form::silent}});
  b.fit(data, {.epochs = 3, .batch = 16, .progress = {.shown = fx::progress_options::form::silent}});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::abs(a.history()[i].loss - b.history()[i].loss) <= 1e-6);
    CHECK(std::abs(a.history()[i].loss - c.history()[i].loss) <= 1e-6);
  }
  for (const char* name :
       {"1.weight", "2.0.0.weight", "2.1.0.bias", "2.2.1.weight", "2.1.1.running_mean", "3.weight"}) {
    const auto x = a.model()[name], y = b.model()[name];
    REQUIRE(x.size() == y.size());
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(std::abs(x[i] - y[i]) <= 1e-5f);
  }
}

TEST_CASE("derivatives of a repeated block with checkpoint keep nothing of its runs but what they begin with") {
  const auto kept = [](bool checkpoint) {
    fx::graph::tape t;
    fx::nn::context c(t, true);
    const fx::var x = t.input(fx::make_dims(2, 6), {fx::graph::space::argument, 0, false});
    const fx::var y = fx::sum(fx::repeat<3>(fx::dense<6>(fx::tanh), {.checkpoint = checkpoint})(c, x));
    fx::autodiff::adjoint(t, y, t.constant(1), fx::list_of(x));
    const auto& blocks = t.regions[1]; // 0 is the program
    return std::pair{blocks.stacks.size(), blocks.carries[0].entries >= 0};
  };
  CHECK(kept(true) == std::pair{0, true});
  CHECK(kept(false).first > 0);
}
