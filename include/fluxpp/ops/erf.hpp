// SPDX-License-Identifier: MIT
#pragma once
// erf: the error function.
#include "fluxpp/ops/exp.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

/// erf(x): the error function, elementwise.
/// grad     2 exp(-x^2) / sqrt(pi)
/// accuracy 2 ulp
struct erf : elementwise<1> {
  static constexpr auto name = "erf";
  template <class V> static constexpr V forward(V x) {
    using std::erf;
    return erf(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {V(2 * std::numbers::inv_sqrtpi_v<scalar::real_of<V>>) * fluxpp::exp(-x * x)};
  }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::erf> erf{};
} // namespace fluxpp::inline v0_1
