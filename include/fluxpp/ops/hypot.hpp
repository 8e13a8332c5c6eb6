// SPDX-License-Identifier: MIT
#pragma once
// hypot: the length of a vector in the plane.
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sqrt.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// hypot(x, y): sqrt(x^2 + y^2), elementwise; nothing overflows on the way.
/// grad     x / hypot(x, y) in x, y / hypot(x, y) in y; grad at (0, 0) is 0
/// accuracy 2 ulp
struct hypot : elementwise<2> {
  static constexpr auto name = "hypot";
  static constexpr bool commutative = true;
  template <class V> static constexpr V forward(V x, V y) {
    using scalar::select, scalar::fma;
    using std::abs, std::sqrt;
    const V a = abs(x), b = abs(y);
    const auto steep = a < b;
    const V high = select(steep, b, a), low = select(steep, a, b), ratio = low / high;
    const auto plain = (low == V(0)) | (high == V(std::numeric_limits<scalar::real_of<V>>::infinity()));
    return select(plain, high + low, high * sqrt(fma(ratio, ratio, V(1))));
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V y, V z) {
    const V inverse = V(1) / fluxpp::select(z, z, V(1));
    return {x * inverse, y * inverse};
  }
  static constexpr std::array samples{std::array{1.0, 2.0}, std::array{-1.5, 0.5}, std::array{2.0, -1.0}};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::hypot> hypot{};
} // namespace fluxpp::inline v0_1
