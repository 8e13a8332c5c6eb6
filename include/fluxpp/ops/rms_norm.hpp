// SPDX-License-Identifier: MIT
#pragma once
// rms_norm: every element of a batch divided by the root of its mean square over its trailing axes.
#include "fluxpp/ops/standardised.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct rms_norm_function {
  constexpr var operator()(var x, var scale, double epsilon = 1e-6, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = trailing_mask(x, scale.rank());
    require_elements(x, mask, "rms_norm");
    return x * fluxpp::rsqrt(mean::apply(x * x, mask) + var(epsilon), line) * scale;
  }
};

} // namespace ops

/// rms_norm(x, scale, epsilon = 1e-6): x / sqrt(mean(x^2) + epsilon) over as many trailing axes as scale has, then scaled.
/// shapes   x [n, a, b], scale [a, b] -> [n, a, b]
/// errors   as layer_norm
/// source   Zhang & Sennrich 2019, arXiv:1910.07467
inline constexpr ops::rms_norm_function rms_norm{};

} // namespace fluxpp::inline v0_1
