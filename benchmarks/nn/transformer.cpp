// SPDX-License-Identifier: MIT
// The CPU configuration of nanoGPT: 4 blocks, 4 heads, width 128, 12 sequences of 64 tokens, vocabulary 65, no biases.
#include "training.hpp"

namespace bench {
namespace {
constexpr int vocabulary = 65, width = 128, heads = 4, blocks = 4, sequences = 12, steps = 64;
constexpr int head = width / heads;

constexpr fx::var matrix(fx::nn::context& c, const char* name, int rows, int columns) {
  return c.parameter(name, fx::make_dims(rows, columns), fx::nn::initial::kaiming_uniform);
}
/// x W', with a matrix of this name.
constexpr fx::var linear(fx::nn::context& c, const char* name, fx::var x, int out) {
  return fx::matmul(x, fx::transpose(matrix(c, name, out, x.extent(-1))));
}
constexpr fx::var norm(fx::nn::context& c, const char* name, fx::var x) {
  return fx::layer_norm(x, c.parameter(name, fx::make_dims(width), fx::nn::initial::ones), 0.0);
}

/// x [n, width] -> [n, width]: attention, then a perceptron, each added to what it is computed from.
/// source   Radford et al. 2019, Language Models are Unsupervised Multitask Learners
struct block {
  constexpr fx::var operator()(fx::nn::context& c, fx::var x) const {
    x = x + linear(c, "attn.c_proj.weight",
                   attend(linear(c, "attn.c_attn.weight", norm(c, "ln_1.weight", x), 3 * width)), width);
    const fx::var inner = fx::gelu(linear(c, "mlp.c_fc.weight", norm(c, "ln_2.weight", x), 4 * width));
    return x + linear(c, "mlp.c_proj.weight", inner, width);
  }

private:
  /// qkv [n, 3 * width] -> [n, width]
  static constexpr fx::var attend(fx::var qkv) {
    const auto part = [&](int i) {
      const fx::var rows = fx::slice(qkv, 1, i * width, (i + 1) * width);
      return fx::permute(fx::reshape(rows, {sequences, steps, heads, head}), {0, 2, 1, 3});
    };
    const fx::var y = fx::attention(part(0), part(1), part(2), {.causal = true});
    return fx::reshape(fx::permute(y, {0, 2, 1, 3}), {sequences * steps, width});
  }
};

/// tokens [n] -> [n, vocabulary]. Tokens and answers share a matrix.
struct language_model {
  constexpr fx::var operator()(fx::nn::context& c, fx::var tokens) const {
    const fx::var words = matrix(c, "wte.weight", vocabulary, width), places = matrix(c, "wpe.weight", steps, width);
    const fx::var x = fx::reshape(fx::gather(words, tokens), {sequences, steps, width}) + places;
    const fx::var y = c.within("h", [&] { return fx::nn::apply(fx::repeat<blocks>(block{}), c, flat(x)); });
    return fx::matmul(norm(c, "ln_f.weight", y), fx::transpose(words));
  }
  static constexpr fx::var flat(fx::var x) { return fx::reshape(x, {sequences * steps, width}); }
};

constexpr language_model net;
/// Twelve squares of the width per block and the last product, three times; scores and their sums, of which half are seen,
/// forward, and backward with the scores again.
constexpr double rows = sequences * steps;
constexpr double multiply_adds =
    3 * rows * (blocks * 12 * width * width + width * vocabulary) + blocks * rows * steps * width * (2 + 5) / 2;
} // namespace

workload transformer() {
  return workload_of<training<net, fx::shape<sequences * steps>, vocabulary>>("transformer", multiply_adds);
}

} // namespace bench
