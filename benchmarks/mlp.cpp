// SPDX-License-Identifier: MIT
// The training step of a multilayer perceptron (784-128-10, batch 64: forward, backward, AdamW) on one thread, beside the
// time that the same multiply-adds take at the peak of the core.
#include "peak.hpp"

#include <fluxpp/fluxpp.hpp>

namespace fx = fluxpp;

constexpr auto net = fx::chain(fx::dense<128>(fx::relu), fx::dense<10>());
constexpr int batch = 64, inputs = 784, hidden = 128, classes = 10;
/// Multiply-adds of a step: forward and weight gradients of both layers, input gradient of the second.
constexpr double multiply_adds = 1.0 * batch * (2 * inputs * hidden + 3 * hidden * classes);

struct training_step {
  fx::learner<std::remove_const_t<decltype(net)>, decltype(fx::softmax_cross_entropy), fx::adamw,
              std::remove_const_t<decltype(fx::shape<fx::batch, inputs>)>>
      learn{net, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-3}, fx::shape<fx::batch, inputs>};
  fx::data::minibatch<2, std::int32_t, 1> b;
  std::vector<std::uint32_t> rows = std::vector<std::uint32_t>(batch);
  std::uint32_t round = 0;
  double loss = 0;

  training_step() {
    b.inputs = decltype(b.inputs)::from_shape({batch, inputs});
    b.targets = decltype(b.targets)::from_shape({batch});
    b.rows = rows;
  }
  void renew() {
    fx::fill_uniform(b.inputs.data(), b.inputs.size(), 1, 2, ++round);
    for (int i = 0; i < batch; ++i) b.targets.data()[i] = static_cast<std::int32_t>((i + round) % classes);
  }
  void ours() { loss = learn.step(b); }
  double difference() const { return std::isfinite(loss) ? 0 : 1; }
};

int main(int argc, char** argv) {
  fx::kernels::thread_pool::instance().resize(1);
  const bench::suite suite(argc, argv);
  training_step step;
  suite.compare("784-128-10 batch 64", 0, step,
                bench::reference{bench::peak, [] { bench::at_peak<float>(multiply_adds); }});
}
