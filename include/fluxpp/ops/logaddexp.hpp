// SPDX-License-Identifier: MIT
#pragma once
// logaddexp: the logarithm of a sum of two exponentials.
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sigmoid.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// logaddexp(a, b): log(e^a + e^b), elementwise; nothing overflows.
/// grad     sigmoid(a - b) in a, sigmoid(b - a) in b; half to each where they are equal, infinite or not
/// accuracy 4 ulp, or 4 units of 2^-24 (float) and 2^-53 (double) near its zeros
struct logaddexp : elementwise<2> {
  static constexpr auto name = "logaddexp";
  static constexpr bool commutative = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    using std::abs, std::exp, std::log1p;
    const V distance = select(a == b, V(0), abs(a - b));
    return select((a >= b) | (a != a), a, b) + log1p(exp(-distance));
  }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) {
    const V difference = fluxpp::select(fluxpp::equal(a, b), V(0), a - b);
    return {fluxpp::sigmoid(difference), fluxpp::sigmoid(-difference)};
  }
  static constexpr std::array samples{std::array{1.0, 2.0}, std::array{-1.5, 0.5}, std::array{2.0, -1.0}};
  static constexpr double max_ulp = 4, max_absolute = 4;
};

} // namespace ops
inline constexpr operation<ops::logaddexp> logaddexp{};
} // namespace fluxpp::inline v0_1
