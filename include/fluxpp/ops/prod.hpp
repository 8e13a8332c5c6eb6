// SPDX-License-Identifier: MIT
#pragma once
// prod: the product over axes.
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// prod(x): the product over the axes in the mask (attribute 0), which keep extent 1.
struct prod : custom<1> {
  static constexpr auto name = "prod";
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = graph::fold::prod;
  static constexpr var apply(var x, unsigned mask) { return ops::fold<prod>(x, mask); }
  static constexpr var vjp(const node_view& y, var ybar, int) { return ybar * others(y); }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return sum::apply(p.dx[0] * others(y), static_cast<unsigned>(y.attr(0)));
  }

private:
  /// For each element the product of all others: 0 where one of them is 0.
  static constexpr var others(const node_view& y) {
    const auto mask = static_cast<unsigned>(y.attr(0));
    const int line = y.node.line;
    const var x = y.arg(0), zero = fluxpp::equal(x, 0.0, line), nonzero = fluxpp::select(zero, 1.0, x, line);
    const var no_other_zero = fluxpp::equal(sum::apply(zero, mask), zero, line);
    return apply(nonzero, mask) / nonzero * no_other_zero;
  }
};

} // namespace ops

/// prod(x, axes): the product over axes; over all of them when none are given; 1 over none.
/// shapes   as sum
/// grad     ybar times the product of the other elements, also where elements are 0; second derivatives only where none is
/// errors   compile: x lacks an axis
inline constexpr ops::reduction<ops::prod, false> prod{};

} // namespace fluxpp::inline v0_1
