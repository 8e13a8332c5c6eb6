// SPDX-License-Identifier: MIT
#pragma once
// conv: a convolutional layer on images.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

template <int Filters, int Size, conv_options Options, bool Bias, class Activation> struct conv_layer {
  Activation activation;

  constexpr var operator()(context& c, var x) const {
    if (x.rank() != 4) {
      x.tape->fail(graph::rule::rank, x.shape(), make_dims(Filters));
      return x;
    }
    const int channels = x.extent(1) / Options.groups;
    const var w = c.parameter("weight", make_dims(Filters, channels, Size, Size), initial::kaiming_uniform);
    var y = fluxpp::conv2d(x, w, Options);
    if constexpr (Bias)
      y = y + ops::reshape::apply(c.parameter("bias", make_dims(Filters), initial::zeros), make_dims(Filters, 1, 1));
    return apply(activation, c, y);
  }
};

} // namespace nn

/// conv<16, 3>(relu): y = activation(conv2d(x, w) + b), 16 filters of 3 x 3. The default padding keeps height and width.
/// shapes   x [n, c, h, w] -> [n, 16, h, w]
/// params   weight [16, c / groups, 3, 3] (Kaiming uniform), bias [16] (zeros)
/// errors   compile: x is no batch of images, channels do not divide into groups
template <int Filters, int Size, conv_options Options = conv_options{.same = true}, bool Bias = true,
          class Activation = nn::identity_layer>
constexpr nn::conv_layer<Filters, Size, Options, Bias, Activation> conv(Activation activation = {}) {
  return {activation};
}

} // namespace fluxpp::inline v0_1
