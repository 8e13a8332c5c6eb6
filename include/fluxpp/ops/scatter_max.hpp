// SPDX-License-Identifier: MIT
#pragma once
// scatter_max: the largest of the elements that have the same number.
#include "fluxpp/ops/scatter_add.hpp"
#include "fluxpp/ops/select.hpp"

#include <limits>

namespace fluxpp::inline v0_1 {
namespace ops {

/// scatter_argmax(x, index): along the axis in attribute 0, the position of the first largest element of x among those
/// that have each number; -1 where there is none. The first NaN, if there is one, is the largest. Index as in gather.
struct scatter_argmax : custom<2> {
  static constexpr auto name = "scatter_argmax";
  static constexpr bool integer = true;
  static constexpr var apply(var x, var index, int n, int axis) {
    dims shape = x.shape();
    shape[axis] = n;
    return record<scatter_argmax>(*x.tape, shape, graph::make_attributes(axis), x, index);
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct scatter_max_function {
  constexpr var operator()(var x, var index, int n, int axis = 0, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const scattered s(x, index, axis, "scatter_max");
    if (!s.fits) return x;
    const var at = scatter_argmax::apply(s.x, s.index, n, s.axis), largest = gather::apply(s.x, at, s.axis, true);
    return fluxpp::select(fluxpp::less(at, 0.0, line), -std::numeric_limits<double>::infinity(), largest, line);
  }
};

} // namespace ops

/// scatter_max(x, index, n, axis = 0): n elements along an axis, each the largest of those elements of x that have its
/// number, NaN if one is NaN, -inf where there is none; the axes of index stand in x from that axis on.
/// shapes   as scatter_add
/// grad     in x: ybar at the first largest element of each number, 0 elsewhere; in index: 0
/// errors   as scatter_add
/// accuracy exact
inline constexpr ops::scatter_max_function scatter_max{};

} // namespace fluxpp::inline v0_1
