// SPDX-License-Identifier: MIT
#pragma once
// cumsum, cumprod: the sums and products of all elements up to each one.
#include "fluxpp/ops/linear_recurrence.hpp"

namespace fluxpp::inline v0_1 {

/// cumulative_options: whether each element is left out of its own sum, and whether sums run from the end.
struct cumulative_options {
  bool exclusive = false, reverse = false;
};

namespace ops {

/// cumsum(x): sums along the axis in attribute 0; exclusive as attribute 1, reverse as attribute 2 say.
/// grad     the sums of ybar in the other direction
struct cumsum : linear<1> {
  static constexpr auto name = "cumsum";
  static constexpr var apply(var x, int axis, cumulative_options c) {
    return record<cumsum>(*x.tape, x.shape(), graph::make_attributes(axis, c.exclusive, c.reverse), x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) {
    return apply(ybar, y.attr(0), {y.attr(1) != 0, y.attr(2) == 0});
  }
};

/// cumprod(x): products along the axis in attribute 0; exclusive as attribute 1, reverse as attribute 2 say. The
/// derivatives divide by nothing: they are recurrences, exact wherever elements are 0.
struct cumprod : custom<1> {
  static constexpr auto name = "cumprod";
  static constexpr var apply(var x, int axis, cumulative_options c) {
    return record<cumprod>(*x.tape, x.shape(), graph::make_attributes(axis, c.exclusive, c.reverse), x);
  }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    const int axis = y.attr(0);
    const bool exclusive = y.attr(1) != 0, reverse = y.attr(2) != 0;
    const var reached = linear_recurrence::apply(y.arg(0), ybar, axis, !exclusive, !reverse);
    return before(y) * (exclusive ? shifted(reached, axis, !reverse) : reached);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const int axis = y.attr(0);
    const bool exclusive = y.attr(1) != 0, reverse = y.attr(2) != 0;
    const var step = p.dx[0] * before(y);
    return linear_recurrence::apply(y.arg(0), exclusive ? shifted(step, axis, reverse) : step, axis, exclusive,
                                    reverse);
  }

private:
  /// For each element the product of those before it.
  static constexpr var before(const node_view& y) { return apply(y.arg(0), y.attr(0), {true, y.attr(2) != 0}); }
};

template <class Op> struct cumulative_function {
  constexpr var operator()(var x, int axis, cumulative_options c = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    return x.rank() == 0 ? x : Op::apply(x, axis, c);
  }
};

} // namespace ops

/// cumsum(x, axis, {.exclusive = false, .reverse = false}): along an axis, the sum of all elements up to each one;
/// exclusive: without itself, from 0; reverse: of all elements from each one on.
/// shapes   x [a, b] -> [a, b]
/// grad     cumsum(ybar) in the other direction
/// errors   compile: x lacks the axis
/// accuracy n ulp of the sum of |x|
inline constexpr ops::cumulative_function<ops::cumsum> cumsum{};

/// cumprod(x, axis, {.exclusive = false, .reverse = false}): along an axis, the product of all elements up to each one;
/// exclusive: without itself, from 1; reverse: of all elements from each one on.
/// shapes   x [a, b] -> [a, b]
/// grad     without division: exact where elements are 0, in every order
/// errors   compile: x lacks the axis
/// accuracy n ulp; element after element, so that 0 stays 0 whatever follows
inline constexpr ops::cumulative_function<ops::cumprod> cumprod{};

} // namespace fluxpp::inline v0_1
