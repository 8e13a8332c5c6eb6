// SPDX-License-Identifier: MIT
#pragma once
// expm1: the exponential function less one.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// expm1(x): e^x - 1, elementwise, precise near 0.
/// accuracy 2 ulp
struct expm1 : elementwise<1> {
  static constexpr auto name = "expm1";
  template <class V> static constexpr V forward(V x) {
    using std::expm1;
    return expm1(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {y + V(1)}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::expm1> expm1{};
} // namespace fluxpp::inline v0_1
