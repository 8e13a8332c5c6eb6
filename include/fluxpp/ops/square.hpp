// SPDX-License-Identifier: MIT
#pragma once
// square: the second power.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// square(x): x times x, elementwise; the same node as x * x.
/// accuracy 0.5 ulp
struct square : elementwise<1> {
  static constexpr auto name = "square";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) { return x * x; }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(2) * x}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const var x(t, n.args[0]);
    return (x * x).id;
  }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 0.5;
};

} // namespace ops
inline constexpr operation<ops::square> square{};
} // namespace fluxpp::inline v0_1
