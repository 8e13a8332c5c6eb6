// SPDX-License-Identifier: MIT
#pragma once
// log1p: the natural logarithm of one plus a number.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// log1p(x): log(1 + x), elementwise, precise near 0; -infinity at -1, NaN below.
/// accuracy 2 ulp
struct log1p : elementwise<1> {
  static constexpr auto name = "log1p";
  static constexpr double domain[2]{-0.999, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::log1p;
    return log1p(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / (V(1) + x)}; }
  static constexpr std::array samples{-0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::log1p> log1p{};
} // namespace fluxpp::inline v0_1
