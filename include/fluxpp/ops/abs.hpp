// SPDX-License-Identifier: MIT
#pragma once
// abs and sign: the magnitude, and its slope.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// sign(x): -1, 0 or 1, elementwise; zeros keep their sign, NaN stays NaN.
/// grad     0 everywhere
/// accuracy exact
struct sign : elementwise<1> {
  static constexpr auto name = "sign";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    return select(x > V(0), V(1), select(x < V(0), V(-1), x));
  }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::sign> sign{};
namespace ops {

/// abs(x): the magnitude of x, elementwise.
/// grad     sign(x); grad at 0 is 0
/// accuracy exact
struct abs : elementwise<1> {
  static constexpr auto name = "abs";
  static constexpr int cost = 1;
  template <class V> static constexpr V forward(V x) {
    using std::abs;
    return abs(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::sign(x)}; }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr std::array kinks{kink{0.0, 0.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::abs> abs{};
} // namespace fluxpp::inline v0_1
