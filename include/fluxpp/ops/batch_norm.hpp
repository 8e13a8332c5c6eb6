// SPDX-License-Identifier: MIT
#pragma once
// batch_norm: channels brought to mean 0 and variance 1, by statistics of the batch or of earlier batches.
#include "fluxpp/ops/maximum.hpp"
#include "fluxpp/ops/standardised.hpp"
#include "fluxpp/ops/stop_gradient.hpp"

namespace fluxpp::inline v0_1 {

/// batch_norm_options: fx::batch_norm(x, scale, shift, mean, variance, {.momentum = 0.01}).
struct batch_norm_options {
  double epsilon = 1e-5;
  double momentum = 0.1; ///< share of the new batch in the running statistics
};

/// batch_norm_result: the normalised batch, and the running statistics after it.
struct batch_norm_result {
  var y, mean, variance;
};

namespace ops {

/// n / (n - 1) for the number n of elements that a mask folds: from the variance of a batch to that of its source.
constexpr var sample_factor(var x, unsigned mask) {
  const var n = folded_count(*x.tape, x.shape(), mask);
  const graph::node& count = (*x.tape)[n.id];
  if (count.op == &graph::constant_op) return count.value > 1 ? count.value / (count.value - 1) : 1.0;
  return n / fluxpp::maximum(n - var(1.0), 1.0, x.tape->line);
}

struct batch_norm_function {
  /// Training: statistics of the batch.
  constexpr batch_norm_result operator()(var x, var scale, var shift, var old_mean, var old_variance,
                                         const batch_norm_options& o = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = ((1u << x.rank()) - 1) & ~2u;
    require_elements(x, mask, "batch_norm");
    const var m = ops::mean::apply(x, mask), v = ops::variance::apply(x, mask, 0);
    const auto running = [&](var old, var now) {
      return old * var(1 - o.momentum) + reshape::apply(stop_gradient::apply(now), old.shape()) * var(o.momentum);
    };
    return {normalised(x, m, v, per_channel(scale, x), per_channel(shift, x), o.epsilon), running(old_mean, m),
            running(old_variance, v * sample_factor(x, mask))};
  }

  static constexpr var normalised(var x, var m, var v, var scale, var shift, double epsilon) {
    return (x - m) * (fluxpp::rsqrt(v + var(epsilon), x.tape->line) * scale) + shift;
  }
};

struct batch_norm_inference_function {
  constexpr var operator()(var x, var scale, var shift, var m, var v, const batch_norm_options& o = {},
                           int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return batch_norm_function::normalised(x, per_channel(m, x), per_channel(v, x), per_channel(scale, x),
                                           per_channel(shift, x), o.epsilon);
  }
};

} // namespace ops

/// batch_norm(x, scale, shift, mean, variance, {.epsilon, .momentum}): channels brought to mean 0 and variance 1 over the
/// batch, then scaled and shifted; also the running statistics after this batch (the variance unbiased).
/// shapes   x [n, c, ...], the others [c] -> {x's, [c], [c]}
/// grad     through the statistics of the batch; none through the running ones
/// errors   compile: the vectors do not have an element per channel, a channel is empty
/// source   Ioffe & Szegedy 2015, arXiv:1502.03167
constexpr batch_norm_result batch_norm(var x, var scale, var shift, var old_mean, var old_variance,
                                       const batch_norm_options& o = {}, int line = __builtin_LINE()) {
  return ops::batch_norm_function{}(x, scale, shift, old_mean, old_variance, o, line);
}

/// batch_norm_inference(x, scale, shift, mean, variance, {.epsilon}): the same by given statistics.
/// shapes   x [n, c, ...], the others [c] -> x's
/// grad     in all arguments
/// errors   as batch_norm
/// source   Ioffe & Szegedy 2015, arXiv:1502.03167
inline constexpr ops::batch_norm_inference_function batch_norm_inference{};

} // namespace fluxpp::inline v0_1
