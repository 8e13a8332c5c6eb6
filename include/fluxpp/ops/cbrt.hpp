// SPDX-License-Identifier: MIT
#pragma once
// cbrt: the cube root.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// cbrt(x): the real cube root, elementwise.
/// grad     1 / (3 y^2); grad at 0 is infinity
/// accuracy 4 ulp
struct cbrt : elementwise<1> {
  static constexpr auto name = "cbrt";
  template <class V> static constexpr V forward(V x) {
    using std::cbrt;
    return cbrt(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(1) / (V(3) * y * y)}; }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::cbrt> cbrt{};
} // namespace fluxpp::inline v0_1
