// SPDX-License-Identifier: MIT
#pragma once
// hardswish: silu with a hard sigmoid.
#include "fluxpp/ops/hardsigmoid.hpp"
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// hardswish(x): x relu6(x + 3) / 6, elementwise; NaN at -infinity.
/// grad     x / 3 + 1/2 between -3 and 3, 0 below, 1 above; grad at -3 is 0, at 3 it is 1
/// accuracy 3 ulp
/// source   Howard et al. 2019, arXiv:1905.02244
struct hardswish : elementwise<1> {
  static constexpr auto name = "hardswish";
  static constexpr int cost = 2;
  template <class V> static constexpr V forward(V x) { return x * hardsigmoid::forward(x); }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    const V inside = x * V(scalar::real_of<V>(1) / 3) + V(0.5);
    return {fluxpp::select(fluxpp::less(x, V(3)), fluxpp::select(fluxpp::greater(x, V(-3)), inside, V(0)), V(1))};
  }
  static constexpr std::array samples{-4.0, -0.5, 1.5, 4.0};
  static constexpr std::array kinks{kink{-3.0, 0.0}, kink{3.0, 1.0}};
  static constexpr double max_ulp = 3;
};

} // namespace ops
inline constexpr operation<ops::hardswish> hardswish{};
} // namespace fluxpp::inline v0_1
