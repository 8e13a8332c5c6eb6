// SPDX-License-Identifier: MIT
#pragma once
// tanh: the hyperbolic tangent.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// tanh(x): the hyperbolic tangent, elementwise.
/// accuracy 3 ulp (batches 2)
struct tanh : elementwise<1> {
  static constexpr auto name = "tanh";
  template <class V> static constexpr V forward(V x) {
    using std::tanh;
    return tanh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(1) - y * y}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 3;
};

} // namespace ops
inline constexpr operation<ops::tanh> tanh{};
} // namespace fluxpp::inline v0_1
