// SPDX-License-Identifier: MIT
#pragma once
// log_sigmoid: the logarithm of the logistic function.
#include "fluxpp/ops/sigmoid.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// log_sigmoid(x): log(sigmoid(x)) = -softplus(-x), elementwise; nothing overflows.
/// grad     sigmoid(-x)
/// accuracy 4 ulp
struct log_sigmoid : elementwise<1> {
  static constexpr auto name = "log_sigmoid";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::abs, std::exp, std::log1p;
    return select(x >= V(0), V(0), x) - log1p(exp(-abs(x)));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::sigmoid(-x)}; }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::log_sigmoid> log_sigmoid{};
} // namespace fluxpp::inline v0_1
