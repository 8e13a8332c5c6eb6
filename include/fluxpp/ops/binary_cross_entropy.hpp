// SPDX-License-Identifier: MIT
#pragma once
// binary_cross_entropy_with_logits: the loss of yes-or-no questions, from scores.
#include "fluxpp/ops/mean.hpp"
#include "fluxpp/ops/softplus.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct binary_cross_entropy_function {
  constexpr var operator()(var x, var target, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return fluxpp::mean(fluxpp::softplus(x, line) - x * target, axes{}, line);
  }
};

} // namespace ops

/// binary_cross_entropy_with_logits(x, target): the mean of -target log(p) - (1 - target) log(1 - p), p = sigmoid(x),
/// computed as softplus(x) - target x, which neither overflows nor meets log(0).
/// shapes   any that broadcast -> scalar
/// grad     in x: (sigmoid(x) - target) / n
/// range    [0, inf) for targets in [0, 1]
/// units    nats
inline constexpr ops::binary_cross_entropy_function binary_cross_entropy_with_logits{};

} // namespace fluxpp::inline v0_1
