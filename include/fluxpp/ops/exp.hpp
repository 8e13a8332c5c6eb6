// SPDX-License-Identifier: MIT
#pragma once
// exp: the exponential function.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// exp(x): e to the power x, elementwise; overflows to infinity, underflows to 0.
/// accuracy 2 ulp
/// example  examples/01_gradient.cpp
struct exp : elementwise<1> {
  static constexpr auto name = "exp";
  template <class V> static constexpr V forward(V x) {
    using std::exp;
    return exp(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {y}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::exp> exp{};
} // namespace fluxpp::inline v0_1
