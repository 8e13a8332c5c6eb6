// SPDX-License-Identifier: MIT
#pragma once
// trunc: rounding towards zero.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// trunc(x): x without its fraction, elementwise.
/// grad     0 everywhere
/// accuracy exact
struct trunc : elementwise<1> {
  static constexpr auto name = "trunc";
  template <class V> static constexpr V forward(V x) {
    using std::trunc;
    return trunc(x);
  }
  static constexpr std::array samples{-2.5, -0.5, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::trunc> trunc{};
} // namespace fluxpp::inline v0_1
