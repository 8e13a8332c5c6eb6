// SPDX-License-Identifier: MIT
#pragma once
// maximum and minimum: the larger and the smaller of two values.
#include "fluxpp/ops/compare.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// maximum(a, b): the larger of a and b, elementwise; NaN if either is.
/// grad     to the larger one; to a where they are equal
/// accuracy exact
struct maximum : elementwise<2> {
  static constexpr auto name = "maximum";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select((a >= b) | (a != a), a, b);
  }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) {
    const V first = fluxpp::greater_equal(a, b);
    return {first, V(1) - first};
  }
  static constexpr int rewrite(graph::tape&, const graph::node& n) { return n.args[0] == n.args[1] ? n.args[0] : -1; }
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{3.0, 1.5}};
  static constexpr double max_ulp = 0;
};

/// minimum(a, b): the smaller of a and b, elementwise; NaN if either is.
/// grad     to the smaller one; to a where they are equal
/// accuracy exact
struct minimum : elementwise<2> {
  static constexpr auto name = "minimum";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select((a <= b) | (a != a), a, b);
  }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) {
    const V first = fluxpp::less_equal(a, b);
    return {first, V(1) - first};
  }
  static constexpr int rewrite(graph::tape&, const graph::node& n) { return n.args[0] == n.args[1] ? n.args[0] : -1; }
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{3.0, 1.5}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::maximum> maximum{};
inline constexpr operation<ops::minimum> minimum{};
} // namespace fluxpp::inline v0_1
