// SPDX-License-Identifier: MIT
#pragma once
// argmax, argmin: where the first largest and smallest elements are.
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// arg_extremum(x): positions along axis (attribute 0), which keeps extent 1, of the first largest (attribute 1 = 0)
/// or smallest (1) elements.
struct arg_extremum : custom<1> {
  static constexpr auto name = "arg_extremum";
  static constexpr bool integer = true;
  static constexpr var apply(var x, int axis, bool smallest) {
    return record<arg_extremum>(*x.tape, kept_shape(x.shape(), 1u << axis), graph::make_attributes(axis, smallest), x);
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

template <bool Smallest> struct arg_reduction {
  static constexpr auto name = Smallest ? "argmin" : "argmax";

  constexpr var operator()(var x, axes over = {}, int line = __builtin_LINE()) const {
    if (x.is_number()) return 0.0;
    graph::at_line(x, line);
    if (over.all) return over_all(x, over.keep);
    const int axis = checked_axis(x, over.count == 1 ? over.axis[0] : max_rank);
    require_elements(x, 1u << axis, name);
    return squeezed(arg_extremum::apply(x, axis, Smallest), 1u << axis, over);
  }

private:
  /// The index in row-major order.
  static constexpr var over_all(var x, bool keep) {
    require_elements(x, ~0u, name);
    const var flat = reshape::apply(x, make_dims(element_count(*x.tape, x.shape())));
    return reshape::apply(arg_extremum::apply(flat, 0, Smallest), keep ? kept_shape(x.shape(), ~0u) : dims{});
  }
};

} // namespace ops

/// argmax(x, axis): the index of the first largest element along an axis, or in the whole array when none is given.
/// shapes   x [a, b, c], axis 1 -> [a, c]
/// grad     none: an index
/// errors   compile: x lacks the axis, the axis is empty; run: a named axis is empty (shape_error), it has more elements
///          than the program's type counts, 2^24 in float (value_error)
inline constexpr ops::arg_reduction<false> argmax{};

/// argmin(x, axis): the index of the first smallest element along an axis, or in the whole array when none is given.
/// shapes   as argmax
/// grad     none: an index
/// errors   as argmax
inline constexpr ops::arg_reduction<true> argmin{};

} // namespace fluxpp::inline v0_1
