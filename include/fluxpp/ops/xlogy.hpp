// SPDX-License-Identifier: MIT
#pragma once
// xlogy: a number times the logarithm of another.
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// xlogy(x, y): x log(y), elementwise; 0 where x is 0, unless y is NaN.
/// grad     log(y) in x, 0 where x and y are 0; x / y in y, 0 where x and y are 0
/// accuracy 4 ulp
struct xlogy : elementwise<2> {
  static constexpr auto name = "xlogy";
  static constexpr double domain[2]{0, 1e15};
  template <class V> static constexpr V forward(V x, V y) {
    using scalar::select;
    using std::log;
    return select((x == V(0)) & (y == y), V(0), x * log(y));
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V y, V) {
    const V base = fluxpp::select(x, y, fluxpp::select(y, y, V(1)));
    return {fluxpp::log(base), x / base};
  }
  static constexpr std::array samples{std::array{0.0, 2.0}, std::array{-1.5, 0.5}, std::array{2.0, 3.0}};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::xlogy> xlogy{};
} // namespace fluxpp::inline v0_1
