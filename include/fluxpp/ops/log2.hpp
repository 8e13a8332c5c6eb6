// SPDX-License-Identifier: MIT
#pragma once
// log2: the logarithm to base two.
#include "fluxpp/ops/arithmetic.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// log2(x): the logarithm to base 2, elementwise; exact at powers of 2, -infinity at 0, NaN below.
/// accuracy 2 ulp
struct log2 : elementwise<1> {
  static constexpr auto name = "log2";
  static constexpr double domain[2]{1e-30, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::log2;
    return log2(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {V(std::numbers::log2e_v<scalar::real_of<V>>) / x};
  }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::log2> log2{};
} // namespace fluxpp::inline v0_1
