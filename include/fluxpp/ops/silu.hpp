// SPDX-License-Identifier: MIT
#pragma once
// silu: the sigmoid-weighted linear unit.
#include "fluxpp/ops/sigmoid.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// silu(x): x sigmoid(x), elementwise, also called swish; NaN at -infinity.
/// grad     s (1 + x (1 - s)) with s = sigmoid(x)
/// accuracy 4 ulp while e^x is a normal number
/// source   Elfwing, Uchibe & Doya 2017, arXiv:1702.03118
struct silu : elementwise<1> {
  static constexpr auto name = "silu";
  static constexpr double domain[2]{-80, 1e30};
  template <class V> static constexpr V forward(V x) { return x * sigmoid::forward(x); }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    const V s = fluxpp::sigmoid(x);
    return {s * (V(1) + x * (V(1) - s))};
  }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::silu> silu{};
} // namespace fluxpp::inline v0_1
