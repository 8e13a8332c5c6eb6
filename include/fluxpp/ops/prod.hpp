// SPDX-License-Identifier: MIT
#pragma once
// prod: the product over axes.
#include "fluxpp/ops/cumulative.hpp"
#include "fluxpp/ops/sum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// others(x): for each element the product of all others along the axis in attribute 0; differentiated as the product of
/// those before it and those after it.
struct others : custom<1> {
  static constexpr auto name = "others";
  static constexpr var apply(var x, int axis) {
    return record<others>(*x.tape, x.shape(), graph::make_attributes(axis), x);
  }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    const var before = running(y, false), after = running(y, true);
    return cumprod::vjp({*y.tape, before.id}, ybar * after, 0) + cumprod::vjp({*y.tape, after.id}, ybar * before, 0);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var before = running(y, false), after = running(y, true);
    return after * cumprod::jvp({*y.tape, before.id}, p) + before * cumprod::jvp({*y.tape, after.id}, p);
  }

private:
  static constexpr var running(const node_view& y, bool reverse) {
    return cumprod::apply(y.arg(0), y.attr(0), {true, reverse});
  }
};

/// prod(x): the product over the axes in the mask (attribute 0), which keep extent 1.
struct prod : custom<1> {
  static constexpr auto name = "prod";
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = graph::fold::prod;
  static constexpr var apply(var x, unsigned mask) { return ops::fold<prod>(x, mask); }
  static constexpr var vjp(const node_view& y, var ybar, int) { return ybar * all_others(y); }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return sum::apply(p.dx[0] * all_others(y), static_cast<unsigned>(y.attr(0)));
  }

private:
  /// For each element the product of all others: of those along the last axis, times the same of the products along that
  /// axis, and so on for each axis before it.
  static constexpr var all_others(const node_view& y) {
    var x = y.arg(0), product = 1.0;
    for (int axis = x.rank() - 1; axis >= 0; --axis) {
      if (x.shape()[axis] == 1 || !(y.attr(0) >> axis & 1)) continue;
      product = product * others::apply(x, axis);
      x = apply(x, 1u << axis);
    }
    return product;
  }
};

} // namespace ops

/// prod(x, axes): the product over axes; over all of them when none are given; 1 over none.
/// shapes   as sum
/// grad     ybar times the product of the other elements, without division: exact where elements are 0, in every order
/// errors   compile: x lacks an axis
inline constexpr ops::reduction<ops::prod, false> prod{};

} // namespace fluxpp::inline v0_1
