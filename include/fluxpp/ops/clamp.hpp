// SPDX-License-Identifier: MIT
#pragma once
// clamp: a value between two bounds.
#include "fluxpp/ops/maximum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// clamp(x, lo, hi): min(max(x, lo), hi), elementwise, for lo <= hi; NaN if any is.
/// grad     to x from lo to hi, both included; to the bound that x exceeds elsewhere
/// accuracy exact
struct clamp : elementwise<3> {
  static constexpr auto name = "clamp";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x, V lo, V hi) {
    return minimum::forward(maximum::forward(x, lo), hi);
  }
  template <class V> static constexpr std::array<V, 3> partials(V x, V lo, V hi, V) {
    return {fluxpp::greater_equal(x, lo) * fluxpp::less_equal(x, hi), fluxpp::less(x, lo), fluxpp::greater(x, hi)};
  }
  static constexpr std::array samples{std::array{-2.0, -1.0, 1.5}, std::array{0.5, -1.0, 1.5},
                                      std::array{3.0, -1.0, 1.5}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::clamp> clamp{};
} // namespace fluxpp::inline v0_1
