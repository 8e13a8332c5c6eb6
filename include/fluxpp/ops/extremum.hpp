// SPDX-License-Identifier: MIT
#pragma once
// take_at_extremum, put_at_extremum: reading and writing where a reduction found its largest or smallest element.
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1::ops {

/// take_at_extremum(x, t): t where x has its first largest (attribute 1 = 0) or smallest (1) element over the axes in
/// attribute 0, which keep extent 1. The first NaN, if there is one, is the extremum.
/// grad     in x: 0; in t: put_at_extremum(x, ybar)
struct take_at_extremum : linear_in<take_at_extremum, 2, 1> {
  static constexpr auto name = "take_at_extremum";
  static constexpr var apply(var x, var t, unsigned mask, bool smallest) {
    return record<take_at_extremum>(*x.tape, kept_shape(x.shape(), mask), graph::make_attributes(mask, smallest), x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// put_at_extremum(x, t): zeros with the shape of x, and t where x has its first largest or smallest element.
/// grad     in x: 0; in t: take_at_extremum(x, ybar)
struct put_at_extremum : linear_in<put_at_extremum, 2, 1> {
  static constexpr auto name = "put_at_extremum";
  static constexpr var apply(var x, var t, unsigned mask, bool smallest) {
    return record<put_at_extremum>(*x.tape, x.shape(), graph::make_attributes(mask, smallest), x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar) {
    return take_at_extremum::apply(y.arg(0), ybar, static_cast<unsigned>(y.attr(0)), y.attr(1) != 0);
  }
};

constexpr var take_at_extremum::transpose(const node_view& y, var ybar) {
  return put_at_extremum::apply(y.arg(0), ybar, static_cast<unsigned>(y.attr(0)), y.attr(1) != 0);
}

/// extremum<Op, F>: a reduction to the largest or smallest element.
template <class Op, graph::fold F> struct extremum : custom<1> {
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = F;
  static constexpr bool smallest = F == graph::fold::min;
  static constexpr var apply(var x, unsigned mask) { return ops::fold<Op>(x, mask); }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    return put_at_extremum::apply(y.arg(0), ybar, static_cast<unsigned>(y.attr(0)), smallest);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return take_at_extremum::apply(y.arg(0), p.dx[0], static_cast<unsigned>(y.attr(0)), smallest);
  }
};

} // namespace fluxpp::inline v0_1::ops
