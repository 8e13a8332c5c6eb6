// SPDX-License-Identifier: MIT
#pragma once
// acos: the inverse cosine.
#include "fluxpp/ops/rsqrt.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// acos(x): the angle in [0, pi] whose cosine is x, elementwise; NaN outside [-1, 1].
/// grad     -1 / sqrt(1 - x^2); grad at -1 and 1 is -infinity
/// accuracy 4 ulp
/// units    radians
struct acos : elementwise<1> {
  static constexpr auto name = "acos";
  static constexpr double domain[2]{-1, 1};
  template <class V> static constexpr V forward(V x) {
    using std::acos;
    return acos(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {-fluxpp::rsqrt((V(1) - x) * (V(1) + x))};
  }
  static constexpr std::array samples{-0.75, -0.25, 0.0, 0.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::acos> acos{};
} // namespace fluxpp::inline v0_1
