// SPDX-License-Identifier: MIT
#pragma once
// Update rules: each states its formula once, on handles; the whole step is one fused loop over the flat buffer.
#include "fluxpp/ops/ops.hpp"

#include <cmath>
#include <cstdint>

namespace fluxpp::inline v0_1 {
namespace optim {

/// updated: the parameters after a step, and the rule's slots (moments) after it.
template <int Slots> struct updated {
  var x;
  var slot[Slots + 1];
};

/// An update rule says how many slots it keeps per parameter, which numbers a step needs, and the step.
template <class R> concept update_rule = requires(const R& rule, var x, const var* slots, const var* numbers) {
  { R::slots } -> std::convertible_to<int>;
  { R::numbers } -> std::convertible_to<int>;
  { R::step(x, x, slots, numbers) } -> std::same_as<updated<R::slots>>;
};

/// rule_program<R, N>: one step of rule R on N parameters, in place. Arguments: x, gradient, slots.
template <update_rule R, int N> struct rule_program {
  static constexpr void trace(graph::tape& t) {
    var argument[2 + R::slots]{};
    for (int i = 0; i < 2 + R::slots; ++i) argument[i] = t.input(make_dims(N), {graph::space::argument, i, false});
    var number[R::numbers + 1]{};
    for (int i = 0; i < R::numbers; ++i) number[i] = t.input({}, {graph::space::number, i, false});
    const auto next = R::step(argument[0], argument[1], argument + 2, number);
    t.output(next.x, {graph::space::argument, 0});
    for (int i = 0; i < R::slots; ++i) t.output(next.slot[i], {graph::space::argument, 2 + i});
  }
};

} // namespace optim

/// descent{.lr}: x -= lr g, with momentum v = momentum v + g, x -= lr v.
/// source   Polyak 1964, doi:10.1016/0041-5553(64)90137-5
struct descent {
  double lr = 0.1, momentum = 0;
  static constexpr int slots = 1, numbers = 2;

  static constexpr optim::updated<1> step(var x, var g, const var* slot, const var* number) {
    const var v = number[1] * slot[0] + g;
    return {x - number[0] * v, {v}};
  }
  void numbers_at(std::int64_t, double rate, double beta, double* out) const { out[0] = rate, out[1] = beta; }
  double usual_momentum() const { return momentum; }
};

/// adagrad{.lr}: v = v + g^2,  x = x - lr g / (sqrt(v) + epsilon).
/// source   Duchi, Hazan & Singer 2011, JMLR 12, figure 1
struct adagrad {
  double lr = 0.01, epsilon = 1e-10;
  static constexpr int slots = 1, numbers = 2;

  static constexpr optim::updated<1> step(var x, var g, const var* slot, const var* number) {
    const var v = slot[0] + g * g;
    return {x - number[0] * g / (fluxpp::sqrt(v) + number[1]), {v}};
  }
  void numbers_at(std::int64_t, double rate, double, double* out) const { out[0] = rate, out[1] = epsilon; }
  double usual_momentum() const { return 0; }
};

/// adamw{.lr}: Adam with decoupled weight decay.
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
///   x = x - lr (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weight_decay x)
/// source   Loshchilov & Hutter 2017, arXiv:1711.05101
struct adamw {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0.01;
  static constexpr int slots = 2, numbers = 6;

  static constexpr optim::updated<2> step(var x, var g, const var* slot, const var* number) {
    const var beta1 = number[0], beta2 = number[1], rate = number[2], scale = number[3], epsilon = number[4];
    const var m = slot[0] + (var(1.0) - beta1) * (g - slot[0]);
    const var v = slot[1] + (var(1.0) - beta2) * (g * g - slot[1]);
    return {x * number[5] - rate * m / (fluxpp::sqrt(v) * scale + epsilon), {m, v}};
  }
  /// t counts from 1.
  void numbers_at(std::int64_t t, double rate, double beta, double* out) const {
    const double count = static_cast<double>(t);
    out[0] = beta, out[1] = beta2;
    out[2] = rate / (1 - std::pow(beta, count));
    out[3] = 1 / std::sqrt(1 - std::pow(beta2, count));
    out[4] = epsilon, out[5] = 1 - rate * weight_decay;
  }
  double usual_momentum() const { return beta1; }
};

} // namespace fluxpp::inline v0_1
