// SPDX-License-Identifier: MIT
#pragma once
// dropout: a layer that drops elements at random while training.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

struct dropout_layer {
  double rate = 0;

  constexpr var operator()(context& c, var x) const { return c.training() ? fluxpp::dropout(x, c.number(rate)) : x; }
};

} // namespace nn

/// dropout(0.2): in training every element is 0 with probability 0.2, else divided by 0.8; in inference the identity.
/// The rate may be set anew without recompiling. Masks follow from the seed and the number of the step alone.
/// source   Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, JMLR 15
constexpr nn::dropout_layer dropout(double rate) { return {rate}; }

} // namespace fluxpp::inline v0_1
