// SPDX-License-Identifier: MIT
#pragma once
// hardsigmoid: the logistic function in three straight pieces.
#include "fluxpp/ops/relu6.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// hardsigmoid(x): relu6(x + 3) / 6, elementwise.
/// grad     1/6 between -3 and 3, else 0; grad at -3 and 3 is 0
/// accuracy 2 ulp
/// source   Howard et al. 2019, arXiv:1905.02244
struct hardsigmoid : elementwise<1> {
  static constexpr auto name = "hardsigmoid";
  static constexpr int cost = 2;
  template <class V> static constexpr V forward(V x) { return relu6::forward(x + V(3)) * V(scalar::real_of<V>(1) / 6); }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {fluxpp::greater(x, V(-3)) * fluxpp::less(x, V(3)) * V(scalar::real_of<V>(1) / 6)};
  }
  static constexpr std::array samples{-4.0, -0.5, 1.5, 4.0};
  static constexpr std::array kinks{kink{-3.0, 0.0}, kink{3.0, 0.0}};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::hardsigmoid> hardsigmoid{};
} // namespace fluxpp::inline v0_1
