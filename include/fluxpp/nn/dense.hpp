// SPDX-License-Identifier: MIT
#pragma once
// dense: a fully connected layer.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

template <int Out, class Activation, bool Bias> struct dense_layer {
  Activation activation;

  constexpr var operator()(context& c, var x) const {
    const int in = x.tape->extents.resolve(x.extent(-1));
    if (in < 0 || x.rank() < 2) x.tape->fail(graph::rule::rank, x.shape(), make_dims(Out));
    const var w = c.parameter("weight", make_dims(Out, in < 0 ? 1 : in), initial::kaiming_uniform);
    var y = fluxpp::matmul(x, fluxpp::transpose(w));
    if constexpr (Bias) y = y + c.parameter("bias", make_dims(Out), initial::zeros);
    return apply(activation, c, y);
  }
};

} // namespace nn

/// dense<10>(relu): y = activation(x W' + b).
/// shapes   x [n, in] -> [n, 10]
/// params   weight [10, in] (Kaiming uniform), bias [10] (zeros)
/// errors   compile: x has fewer than two axes, or its last extent is not a number
template <int Out, bool Bias = true, class Activation = nn::identity_layer>
constexpr nn::dense_layer<Out, Activation, Bias> dense(Activation activation = {}) {
  return {activation};
}

} // namespace fluxpp::inline v0_1
