// SPDX-License-Identifier: MIT
#pragma once
// stop_gradient: a value whose derivative is taken to be zero.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// stop_gradient(x): x itself, as a view without a rule of differentiation.
struct stop_gradient : rule_defaults {
  static constexpr auto name = "stop_gradient";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr int arity = 1;
  static constexpr var apply(var x) { return record<stop_gradient>(*x.tape, x.shape(), {}, x); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::op_info* op = t[n.args[0]].op;
    return op->integer || op == &graph::constant_op || op == n.op ? n.args[0] : -1;
  }
};

struct stop_gradient_function {
  constexpr var operator()(var x) const { return x.is_number() ? x : stop_gradient::apply(x); }
};

} // namespace ops

/// stop_gradient(x): x, of which derivatives know nothing.
/// grad     0
inline constexpr ops::stop_gradient_function stop_gradient{};

} // namespace fluxpp::inline v0_1
