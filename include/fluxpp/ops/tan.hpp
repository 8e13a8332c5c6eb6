// SPDX-License-Identifier: MIT
#pragma once
// tan: the tangent.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// tan(x): the tangent, elementwise.
/// accuracy 4 ulp for |x| < 1e4
/// units    radians
struct tan : elementwise<1> {
  static constexpr auto name = "tan";
  static constexpr double domain[2]{-1e4, 1e4};
  template <class V> static constexpr V forward(V x) {
    using std::tan;
    return tan(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(1) + y * y}; }
  static constexpr std::array samples{-1.0, -0.5, 0.0, 1.0};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::tan> tan{};
} // namespace fluxpp::inline v0_1
