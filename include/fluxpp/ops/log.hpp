// SPDX-License-Identifier: MIT
#pragma once
// log: the natural logarithm.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// log(x): the natural logarithm, elementwise; -infinity at 0, NaN below.
/// accuracy 2 ulp
struct log : elementwise<1> {
  static constexpr auto name = "log";
  static constexpr double domain[2]{1e-30, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::log;
    return log(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / x}; }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::log> log{};
} // namespace fluxpp::inline v0_1
