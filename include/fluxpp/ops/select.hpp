// SPDX-License-Identifier: MIT
#pragma once
// select, where: a choice between two values.
#include "fluxpp/ops/compare.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// select(c, a, b): a where c is not 0, else b, elementwise; a NaN in c chooses a.
/// grad     in a where c is not 0, in b elsewhere, none in c
/// accuracy exact
struct select : elementwise<3> {
  static constexpr auto name = "select";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V c, V a, V b) {
    using scalar::select;
    return select(c != V(0), a, b);
  }
  template <class V> static constexpr std::array<V, 3> partials(V c, V, V, V) {
    const V first = fluxpp::not_equal(c, V(0));
    return {V(0), first, V(1) - first};
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    if (n.args[1] == n.args[2]) return n.args[1];
    const graph::node& c = t[without_broadcast(t, n.args[0])];
    return c.op == &graph::constant_op ? n.args[c.value != 0 ? 1 : 2] : -1;
  }
  static constexpr std::array samples{std::array{0.0, 2.0, -0.5}, std::array{1.0, 2.0, -0.5}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::select> select{};
/// where(c, a, b): select under the name that arrays know it by.
inline constexpr operation<ops::select> where{};
} // namespace fluxpp::inline v0_1
