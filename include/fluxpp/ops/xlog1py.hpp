// SPDX-License-Identifier: MIT
#pragma once
// xlog1py: a number times the logarithm of one more than another.
#include "fluxpp/ops/log1p.hpp"
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// xlog1py(x, y): x log(1 + y), elementwise; 0 where x is 0, unless y is NaN.
/// grad     log(1 + y) in x, x / (1 + y) in y; both 0 where x is 0 and y is -1
/// accuracy 4 ulp
struct xlog1py : elementwise<2> {
  static constexpr auto name = "xlog1py";
  static constexpr double domain[2]{-1, 1e15};
  template <class V> static constexpr V forward(V x, V y) {
    using scalar::select;
    using std::log1p;
    return select((x == V(0)) & (y == y), V(0), x * log1p(y));
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V y, V) {
    const V base = fluxpp::select(x, y, fluxpp::select(y + V(1), y, V(0)));
    return {fluxpp::log1p(base), x / (base + V(1))};
  }
  static constexpr std::array samples{std::array{0.0, 2.0}, std::array{-1.5, 0.5}, std::array{2.0, -0.25}};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::xlog1py> xlog1py{};
} // namespace fluxpp::inline v0_1
