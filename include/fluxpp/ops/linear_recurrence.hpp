// SPDX-License-Identifier: MIT
#pragma once
// linear_recurrence: every element a multiple of the one before it, plus something new.
#include "fluxpp/ops/slice.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// Every element of an axis at the place of its successor, or of its predecessor if backwards; 0 where there is none.
constexpr var shifted(var x, int axis, bool backwards) {
  const dims shape = x.shape();
  dims longer = shape;
  longer[axis] = x.tape->extents.shifted(shape[axis], 1);
  graph::attributes put = whole_range(shape.rank), take = put;
  (backwards ? take : put).value[axis] = 1;
  return slice::apply(embed::apply(x, longer, put), shape, take);
}

/// linear_recurrence(a, b): y[k] = a[k] y[k - 1] + b[k] along the axis in attribute 0, with 0 before the first; with
/// attribute 1 the factor is a[k - 1], with attribute 2 it runs from the end. Its adjoint is one of its own kind.
/// grad     in b: bbar[k] = ybar[k] + a[k + 1] bbar[k + 1]; in a: bbar[k] y[k - 1]
struct linear_recurrence : custom<2> {
  static constexpr auto name = "linear_recurrence";
  static constexpr var apply(var a, var b, int axis, bool lagged, bool reverse) {
    return record<linear_recurrence>(*b.tape, b.shape(), graph::make_attributes(axis, lagged, reverse), a, b);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    const bool lagged = y.attr(1) != 0, reverse = y.attr(2) != 0;
    const var bbar = apply(y.arg(0), ybar, y.attr(0), !lagged, !reverse);
    if (i == 1) return bbar;
    return lagged ? shifted(bbar, y.attr(0), !reverse) * y.result() : bbar * shifted(y.result(), y.attr(0), reverse);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const bool lagged = y.attr(1) != 0, reverse = y.attr(2) != 0;
    var db = p.dx[1];
    if (const var da = p.dx[0]; da.exists()) {
      const int axis = y.attr(0);
      db = plus(db, lagged ? shifted(da * y.result(), axis, reverse) : da * shifted(y.result(), axis, reverse));
    }
    return apply(y.arg(0), db, y.attr(0), lagged, reverse);
  }
};

struct linear_recurrence_function {
  constexpr var operator()(var a, var b, int axis, bool reverse = false, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(a.is_number() ? b : a, line);
    if (a.is_number()) a = t.constant(a.number);
    if (b.is_number()) b = t.constant(b.number);
    const dims shape = common_shape(t, a.shape(), b.shape(), linear_recurrence::name);
    a = broadcast_to(a, shape), b = broadcast_to(b, shape);
    axis = checked_axis(b, axis);
    return shape.rank == 0 ? b : linear_recurrence::apply(a, b, axis, false, reverse);
  }
};

} // namespace ops

/// linear_recurrence(a, b, axis, reverse = false): y[k] = a[k] y[k - 1] + b[k] along an axis, with y = 0 before the
/// first; from the end if reverse. A discounted sum has a constant a, a running product a = x and b[0] = 1.
/// shapes   a, b [m, n] -> [m, n]; they broadcast
/// grad     in b: bbar[k] = ybar[k] + a[k + 1] bbar[k + 1]; in a: bbar[k] y[k - 1]
/// errors   compile: neither has the axis
/// source   Blelloch 1990, CMU-CS-90-190
inline constexpr ops::linear_recurrence_function linear_recurrence{};

} // namespace fluxpp::inline v0_1
