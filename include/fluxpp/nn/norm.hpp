// SPDX-License-Identifier: MIT
#pragma once
// Normalising layers.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

template <batch_norm_options Options, class Activation> struct batch_norm_layer {
  Activation activation;

  constexpr var operator()(context& c, var x) const {
    const dims per_channel = make_dims(x.extent(1));
    const var scale = c.parameter("weight", per_channel, initial::ones);
    const var shift = c.parameter("bias", per_channel, initial::zeros);
    const int first = c.states_so_far();
    const var mean = c.state("running_mean", per_channel, initial::zeros);
    const var variance = c.state("running_var", per_channel, initial::ones);
    if (!c.training())
      return apply(activation, c, fluxpp::batch_norm_inference(x, scale, shift, mean, variance, Options));
    const batch_norm_result r = fluxpp::batch_norm(x, scale, shift, mean, variance, Options);
    c.next_state(first, r.mean);
    c.next_state(first + 1, r.variance);
    return apply(activation, c, r.y);
  }
};

} // namespace nn

/// batch_norm(relu): channels brought to mean 0 and variance 1, scaled and shifted, then the activation.
/// shapes   x [n, c, ...] -> x's
/// params   weight [c] (ones), bias [c] (zeros)
/// state    running_mean [c], running_var [c], used in inference
/// source   Ioffe & Szegedy 2015, arXiv:1502.03167
template <batch_norm_options Options = batch_norm_options{}, class Activation = nn::identity_layer>
constexpr nn::batch_norm_layer<Options, Activation> batch_norm(Activation activation = {}) {
  return {activation};
}

} // namespace fluxpp::inline v0_1
