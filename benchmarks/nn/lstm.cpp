// SPDX-License-Identifier: MIT
// A language model of two LSTM layers of 128: vocabulary 65, 50 sequences of 50 steps. Tokens come step after step.
#include "training.hpp"

namespace bench {
namespace {
constexpr int vocabulary = 65, width = 128, sequences = 50, steps = 50;

/// tokens [n] -> [n, width]
struct embedding {
  constexpr fx::var operator()(fx::nn::context& c, fx::var tokens) const {
    return fx::gather(c.parameter("weight", fx::make_dims(vocabulary, width), fx::nn::initial::kaiming_uniform),
                      tokens);
  }
};

/// x [steps * sequences, in] -> [steps * sequences, width]. The products with inputs stand outside the loop, in one.
/// source   Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735
struct lstm_layer {
  constexpr fx::var operator()(fx::nn::context& c, fx::var x) const {
    const auto matrix = [&](const char* name) {
      return fx::transpose(c.parameter(name, fx::make_dims(4 * width, width), fx::nn::initial::kaiming_uniform));
    };
    const auto vector = [&](const char* name) {
      return c.parameter(name, fx::make_dims(4 * width), fx::nn::initial::zeros);
    };
    const fx::var w_input = matrix("weight_ih"), w_hidden = matrix("weight_hh");
    const fx::var from_input = fx::matmul(x, w_input) + (vector("bias_ih") + vector("bias_hh"));
    const auto step = [&](const auto& carry, fx::var of_input) {
      const auto [h, cell] = carry;
      const fx::var all = of_input + fx::matmul(h, w_hidden);
      const auto gate = [&](int i) { return fx::slice(all, 1, i * width, (i + 1) * width); };
      const fx::var in = fx::sigmoid(gate(0)), keep = fx::sigmoid(gate(1)), value = fx::tanh(gate(2));
      const fx::var next = keep * cell + in * value, out = fx::sigmoid(gate(3)) * fx::tanh(next);
      return std::pair{std::tuple{out, next}, out};
    };
    const fx::var zero = fx::ops::broadcast_to(x.tape->constant(0), fx::make_dims(sequences, width));
    const auto [last, out] =
        fx::scan(step, std::tuple{zero, zero}, fx::reshape(from_input, {steps, sequences, 4 * width}));
    return fx::reshape(out, {steps * sequences, width});
  }
};

constexpr auto net = fx::chain(embedding{}, lstm_layer{}, lstm_layer{}, fx::dense<vocabulary>());
/// Four matrices of all gates, and the last layer; forward, their gradients, and those of what they multiply.
constexpr double multiply_adds = 3.0 * sequences * steps * (4 * 4 * width * width + width * vocabulary);
} // namespace

workload lstm() { return workload_of<training<net, fx::shape<steps * sequences>, vocabulary>>("lstm", multiply_adds); }

} // namespace bench
