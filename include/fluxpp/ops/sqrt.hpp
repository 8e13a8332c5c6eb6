// SPDX-License-Identifier: MIT
#pragma once
// sqrt: the square root.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// sqrt(x): the square root, elementwise; NaN below 0.
/// grad     1 / (2 y); grad at 0 is infinity
/// accuracy 0.5 ulp
struct sqrt : elementwise<1> {
  static constexpr auto name = "sqrt";
  static constexpr double domain[2]{0, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::sqrt;
    return sqrt(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(0.5) / y}; }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 0.5;
};

} // namespace ops
inline constexpr operation<ops::sqrt> sqrt{};
} // namespace fluxpp::inline v0_1
