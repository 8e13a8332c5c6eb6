// SPDX-License-Identifier: MIT
#pragma once
// erfc: the complementary error function.
#include "fluxpp/ops/erf.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// erfc(x): 1 - erf(x), elementwise, precise in the tail until it underflows (x > 10 in float, 26.5 in double).
/// grad     -2 exp(-x^2) / sqrt(pi)
/// accuracy 4 ulp
/// source   Shepherd & Laframboise 1981, Math. Comp. 36(153): exp(x^2) erfc(x) in (x - c) / (x + c)
struct erfc : elementwise<1> {
  static constexpr auto name = "erfc";
  template <class V> static constexpr V forward(V x) {
    using std::erfc;
    return erfc(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {V(-2 * std::numbers::inv_sqrtpi_v<scalar::real_of<V>>) * fluxpp::exp(-x * x)};
  }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5, 3.0};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::erfc> erfc{};
} // namespace fluxpp::inline v0_1
