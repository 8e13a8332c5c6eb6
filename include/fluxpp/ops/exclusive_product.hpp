// SPDX-License-Identifier: MIT
#pragma once
// exclusive_product, exclusive_recurrence: what comes before each element along an axis; their derivatives divide by nothing.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1::ops {

/// The axis in attribute 0; attribute 1: from its end.
constexpr graph::attributes opposite(const node_view& y) { return graph::make_attributes(y.attr(0), y.attr(1) == 0); }

/// exclusive_recurrence(x, b): y[0] = 0, y[k + 1] = x[k] y[k] + b[k] along an axis; from the end, y[n - 1] = 0 and
/// y[k - 1] = x[k] y[k] + b[k].
/// grad     with r = exclusive_recurrence(x, ybar) from the other end: in x: y r; in b: r
struct exclusive_recurrence : custom<2> {
  static constexpr auto name = "exclusive_recurrence";
  static constexpr var apply(var x, var b, const graph::attributes& along) {
    return record<exclusive_recurrence>(*x.tape, x.shape(), along, x, broadcast_to(b, x.shape()));
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    const var r = apply(y.arg(0), ybar, opposite(y));
    return i == 0 ? y.result() * r : r;
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var by_x = p.dx[0].exists() ? p.dx[0] * y.result() : var{};
    return apply(y.arg(0), plus(by_x, p.dx[1]), y.attributes());
  }
};

/// exclusive_product(x): y[0] = 1, y[k + 1] = x[k] y[k] along an axis; from the end, y[n - 1] = 1 and y[k - 1] = x[k] y[k].
/// grad     y exclusive_recurrence(x, ybar) from the other end
struct exclusive_product : custom<1> {
  static constexpr auto name = "exclusive_product";
  static constexpr var apply(var x, int axis, bool from_end) {
    return record<exclusive_product>(*x.tape, x.shape(), graph::make_attributes(axis, from_end), x);
  }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    return y.result() * exclusive_recurrence::apply(y.arg(0), ybar, opposite(y));
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return exclusive_recurrence::apply(y.arg(0), p.dx[0] * y.result(), y.attributes());
  }
};

} // namespace fluxpp::inline v0_1::ops
