// SPDX-License-Identifier: MIT
#pragma once
// Compile-time errors: the first fault of a program becomes one sentence, with both shapes as template arguments.
#include "fluxpp/graph/node.hpp"

#include <utility>

namespace fluxpp::inline v0_1::graph {

/// How a shape looks in a message; a symbolic extent prints as a negative number.
template <int... Extents> struct extents {};
template <int Line> struct source_line {};

/// fault_report: instantiated for the first fault; its template arguments are all that the compiler prints.
template <rule R, class A, class B, class Line> struct fault_report {
  static_assert(R == rule::none, "fluxpp: this program has a fault that has no sentence yet");
};
template <class A, class B, class Line> struct fault_report<rule::none, A, B, Line> {};

#define FLUXPP_SENTENCE(RULE, SENTENCE)                                       \
  template <class A, class B, class Line> struct fault_report<rule::RULE, A, B, Line> { \
    static_assert(sizeof(Line) == 0, SENTENCE);                               \
  };
FLUXPP_SENTENCE(broadcast, "fluxpp: operands of an elementwise operation must have equal extents, or extent 1, along each axis")
FLUXPP_SENTENCE(matmul, "fluxpp::matmul(a, b): the columns of a must equal the rows of b")
FLUXPP_SENTENCE(conv_channels, "fluxpp::conv(x, w): the channels of x must equal the second extent of w times groups")
FLUXPP_SENTENCE(conv_window, "fluxpp::window(x): the window must not be larger than the padded image")
FLUXPP_SENTENCE(reshape, "fluxpp::reshape(x, shape): the shape must have as many elements as x")
FLUXPP_SENTENCE(concat, "fluxpp::concat(a, b, axis): all extents but that of the axis must be equal")
FLUXPP_SENTENCE(permute, "fluxpp::permute(x, order): the order must name each axis of x once")
FLUXPP_SENTENCE(axis, "fluxpp: an axis must lie in [-rank, rank)")
FLUXPP_SENTENCE(gather, "fluxpp::gather(x, index): index must be integer-valued and x must have at least one axis")
FLUXPP_SENTENCE(labels, "fluxpp::cross_entropy(logits, labels): logits must be [n, classes] and labels integer [n]")
FLUXPP_SENTENCE(rank, "fluxpp: an argument has the wrong number of axes for this operation")
FLUXPP_SENTENCE(slice, "fluxpp::slice(x, axis, begin, end): the range must lie inside the axis")
FLUXPP_SENTENCE(pad, "fluxpp::pad(x, before, after): one amount per axis, none negative")
FLUXPP_SENTENCE(scalar_gradient, "fluxpp::grad(f): f must return a scalar; reduce it (fx::sum, fx::mean) or use fx::jacobian or fx::vjp")
FLUXPP_SENTENCE(integer_gradient, "fluxpp::grad(f): f must be differentiable: its result or an argument to differentiate is an index or a truth value")
#undef FLUXPP_SENTENCE

template <dims D, class I> struct extents_of;
template <dims D, int... I> struct extents_of<D, std::integer_sequence<int, I...>> {
  using type = extents<D.extent[I]...>;
};
template <dims D> using extents_of_t = typename extents_of<D, std::make_integer_sequence<int, D.rank>>::type;

/// check<F>(): nothing for a program without fault, one sentence otherwise.
template <rule R, dims A, dims B, int Line> constexpr bool check() {
  return sizeof(fault_report<R, extents_of_t<A>, extents_of_t<B>, source_line<Line>>) > 0;
}

}  // namespace fluxpp::inline v0_1::graph
