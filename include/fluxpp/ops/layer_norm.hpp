// SPDX-License-Identifier: MIT
#pragma once
// layer_norm: every element of a batch brought to mean 0 and variance 1 over its trailing axes.
#include "fluxpp/ops/standardised.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct layer_norm_function {
  constexpr var operator()(var x, var scale, var shift, double epsilon = 1e-5, int line = __builtin_LINE()) const {
    return over_trailing(x, scale.rank(), epsilon, line) * scale + shift;
  }
  /// Without scale and shift, over the last `trailing` axes.
  static constexpr var over_trailing(var x, int trailing, double epsilon, int line) {
    graph::at_line(x, line);
    return standardised(x, trailing_mask(x, trailing), epsilon, "layer_norm");
  }
};

} // namespace ops

/// layer_norm(x, scale, shift, epsilon = 1e-5): mean 0 and variance 1 over as many trailing axes as scale has, then scaled
/// and shifted.
/// shapes   x [n, a, b], scale and shift [a, b] -> [n, a, b]
/// errors   compile: scale does not fit the trailing axes, they are empty
/// source   Ba, Kiros & Hinton 2016, arXiv:1607.06450
inline constexpr ops::layer_norm_function layer_norm{};

} // namespace fluxpp::inline v0_1
