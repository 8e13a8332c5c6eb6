// SPDX-License-Identifier: MIT
#pragma once
// relu6: the rectified linear unit, capped at six.
#include "fluxpp/ops/compare.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// relu6(x): x between 0 and 6, elementwise; NaN stays NaN.
/// grad     1 between 0 and 6, else 0; grad at 0 and 6 is 0
/// accuracy exact
struct relu6 : elementwise<1> {
  static constexpr auto name = "relu6";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    return select(x <= V(0), V(0), select(x >= V(6), V(6), x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) {
    return {fluxpp::greater(y, V(0)) * fluxpp::less(y, V(6))};
  }
  static constexpr std::array samples{-2.0, 0.5, 4.0, 7.0};
  static constexpr std::array kinks{kink{0.0, 0.0}, kink{6.0, 0.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::relu6> relu6{};
} // namespace fluxpp::inline v0_1
