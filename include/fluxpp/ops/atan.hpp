// SPDX-License-Identifier: MIT
#pragma once
// atan: the inverse tangent.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// atan(x): the angle in [-pi/2, pi/2] whose tangent is x, elementwise.
/// accuracy 4 ulp
/// units    radians
struct atan : elementwise<1> {
  static constexpr auto name = "atan";
  template <class V> static constexpr V forward(V x) {
    using std::atan;
    return atan(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / (V(1) + x * x)}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::atan> atan{};
} // namespace fluxpp::inline v0_1
