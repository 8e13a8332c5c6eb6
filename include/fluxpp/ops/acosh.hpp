// SPDX-License-Identifier: MIT
#pragma once
// acosh: the inverse hyperbolic cosine.
#include "fluxpp/ops/rsqrt.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// acosh(x): the number >= 0 whose hyperbolic cosine is x, elementwise; NaN below 1.
/// grad     1 / sqrt(x^2 - 1); grad at 1 is infinity
/// accuracy 4 ulp
struct acosh : elementwise<1> {
  static constexpr auto name = "acosh";
  static constexpr double domain[2]{1, 1e18};
  template <class V> static constexpr V forward(V x) {
    using std::acosh;
    return acosh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {fluxpp::rsqrt((x - V(1)) * (x + V(1)))};
  }
  static constexpr std::array samples{1.25, 1.5, 2.0, 5.0};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::acosh> acosh{};
} // namespace fluxpp::inline v0_1
