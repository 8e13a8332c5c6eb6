// SPDX-License-Identifier: MIT
#pragma once
// relu: the rectified linear unit.
#include "fluxpp/ops/compare.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// relu(x): x above 0, else 0, elementwise; NaN stays NaN.
/// grad     1 above 0, else 0; grad at 0 is 0
/// accuracy exact
struct relu : elementwise<1> {
  static constexpr auto name = "relu";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    return select(x <= V(0), V(0), x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {fluxpp::greater(y, V(0))}; }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr std::array kinks{kink{0.0, 0.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::relu> relu{};
} // namespace fluxpp::inline v0_1
