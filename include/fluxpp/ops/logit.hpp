// SPDX-License-Identifier: MIT
#pragma once
// logit: the inverse of the logistic function; expit: its other name for sigmoid.
#include "fluxpp/ops/sigmoid.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// logit(x): log(x / (1 - x)), elementwise, precise near 1/2; infinite at 0 and 1, NaN outside.
/// grad     1 / (x (1 - x))
/// accuracy 4 ulp
struct logit : elementwise<1> {
  static constexpr auto name = "logit";
  static constexpr double domain[2]{0, 1};
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::log, std::log1p;
    const V rest = V(1) - x;
    return select(x < V(0.25), log(x / rest), log1p((x + x - V(1)) / rest));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / (x * (V(1) - x))}; }
  static constexpr std::array samples{0.375, 0.5, 0.75};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::logit> logit{};
/// expit(x): sigmoid(x), beside logit.
inline constexpr operation<ops::sigmoid> expit{};
} // namespace fluxpp::inline v0_1
