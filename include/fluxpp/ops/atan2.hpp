// SPDX-License-Identifier: MIT
#pragma once
// atan2: the angle of a point in the plane.
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// atan2(y, x): the angle in [-pi, pi] of the point (x, y), elementwise.
/// grad     x / (x^2 + y^2) in y, -y / (x^2 + y^2) in x; grad at (0, 0) is 0
/// accuracy 4 ulp
/// units    radians
struct atan2 : elementwise<2> {
  static constexpr auto name = "atan2";
  template <class V> static constexpr V forward(V y, V x) {
    using std::atan2;
    return atan2(y, x);
  }
  template <class V> static constexpr std::array<V, 2> partials(V y, V x, V) {
    const V r2 = x * x + y * y;
    const V inverse = V(1) / fluxpp::select(r2, r2, V(1));
    return {x * inverse, -y * inverse};
  }
  static constexpr std::array samples{std::array{1.0, 2.0}, std::array{-1.5, 0.5}, std::array{2.0, -1.0},
                                      std::array{-0.5, -2.0}};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::atan2> atan2{};
} // namespace fluxpp::inline v0_1
