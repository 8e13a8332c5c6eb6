// SPDX-License-Identifier: MIT
#pragma once
// softmax, log_softmax: probabilities from scores along an axis, and their logarithms.
#include "fluxpp/ops/logsumexp.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct softmax_function {
  constexpr var operator()(var x, int axis = -1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = 1u << checked_axis(x, axis);
    require_elements(x, mask, "softmax");
    const exponentials e(x, mask);
    return e.each * (var(1.0) / e.sum);
  }
};
struct log_softmax_function {
  constexpr var operator()(var x, int axis = -1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = 1u << checked_axis(x, axis);
    require_elements(x, mask, "log_softmax");
    const exponentials e(x, mask);
    return (x - e.shift) - fluxpp::log(e.sum, line);
  }
};

} // namespace ops

/// softmax(x, axis = -1): exp(x) / sum(exp(x)) along an axis; NaN where all scores are -inf.
/// shapes   x [a, b] -> [a, b]
/// grad     y (ybar - sum(y ybar))
/// errors   compile: x lacks the axis, the axis is empty; run: a named axis is empty (shape_error)
/// source   Bridle 1990, doi:10.1007/978-3-642-76153-9_28
inline constexpr ops::softmax_function softmax{};

/// log_softmax(x, axis = -1): x - logsumexp(x) along an axis.
/// shapes   x [a, b] -> [a, b]
/// grad     ybar - exp(y) sum(ybar)
/// errors   as softmax
/// units    nats
inline constexpr ops::log_softmax_function log_softmax{};

} // namespace fluxpp::inline v0_1
