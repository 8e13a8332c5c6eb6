// SPDX-License-Identifier: MIT
#pragma once
// sigmoid: the logistic function.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// sigmoid(x): 1 / (1 + e^-x), elementwise; nothing overflows.
/// grad     y (1 - y)
/// accuracy 4 ulp
struct sigmoid : elementwise<1> {
  static constexpr auto name = "sigmoid";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::abs, std::exp;
    const V e = exp(-abs(x));
    return select(x >= V(0), V(1), e) / (V(1) + e);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {y * (V(1) - y)}; }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::sigmoid> sigmoid{};
} // namespace fluxpp::inline v0_1
