// SPDX-License-Identifier: MIT
#pragma once
// repeat: a block of layers several times, compiled once.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

/// repeat_options: derivatives keep what they need of every block, or with checkpoint its input alone, and compute the block
/// again.
struct repeat_options {
  bool checkpoint = false;
};

template <int N, layer Block> struct repeat_layer {
  Block block;
  repeat_options options;

  constexpr var operator()(context& c, var x) const {
    return c.repeat(
        N, x, [&](var v) { return apply(block, c, v); }, options.checkpoint);
  }
};

} // namespace nn

/// repeat<6>(block, {.checkpoint}): the block six times, each with parameters and state of its own, as chain(block, block, ...) would be;
/// but the compiler sees one, however many there are.
/// shapes   the block keeps the shape of its input
/// params   those of the block, "0.weight" to "5.weight"
/// errors   compile: the block changes the shape
template <int N, nn::layer Block> constexpr nn::repeat_layer<N, Block> repeat(Block block, nn::repeat_options o = {}) {
  return {block, o};
}

} // namespace fluxpp::inline v0_1
