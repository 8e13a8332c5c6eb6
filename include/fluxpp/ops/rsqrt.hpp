// SPDX-License-Identifier: MIT
#pragma once
// rsqrt: the reciprocal square root.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// rsqrt(x): one over the square root of x, elementwise; infinity at 0, NaN below.
/// accuracy 2 ulp
struct rsqrt : elementwise<1> {
  static constexpr auto name = "rsqrt";
  static constexpr double domain[2]{1e-30, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::sqrt;
    return V(1) / sqrt(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(-0.5) * y * y * y}; }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::rsqrt> rsqrt{};
} // namespace fluxpp::inline v0_1
