// SPDX-License-Identifier: MIT
#pragma once
// Compile-time errors: the first fault of a program becomes one sentence, with both shapes as template arguments.
#include "fluxpp/graph/node.hpp"

namespace fluxpp::inline v0_1::graph {

/// How a shape looks in a message; a symbolic extent prints as a negative number.
template <int... Extents> struct extents {};
template <int Line> struct source_line {};

/// fault_report: instantiated for the first fault of a program; its template arguments are the numbers of the message.
template <rule R, class A, class B, class Line> struct fault_report {
  static_assert(R != rule::broadcast,
                "fluxpp: operands of an elementwise operation must have equal extents, or extent 1, along each axis");
  static_assert(R != rule::matmul, "fluxpp::matmul(a, b): the columns of a must equal the rows of b");
  static_assert(R != rule::conv_channels,
                "fluxpp::conv(x, w): the channels of x must equal the second extent of w times groups, and groups must "
                "divide the filters");
  static_assert(R != rule::conv_window, "fluxpp::window(x): the window must not be larger than the padded image");
  static_assert(R != rule::reshape,
                "fluxpp::reshape(x, shape): the shape must have as many elements as x, and at most one extent of -1, "
                "which numbers and names of x decide");
  static_assert(R != rule::concat, "fluxpp::concat(a, b, axis): all extents but that of the axis must be equal");
  static_assert(R != rule::permute, "fluxpp::permute(x, order): the order must name each axis of x once");
  static_assert(R != rule::axis, "fluxpp: an axis must lie in [-rank, rank)");
  static_assert(R != rule::gather, "fluxpp::gather(x, index, axis): x must have an axis, and the result at most 6");
  static_assert(R != rule::scatter,
                "fluxpp::scatter_add(x, index, n, axis): the axes of x from axis on must begin with those of index");
  static_assert(R != rule::along, "fluxpp::take_along(x, index, axis): index must have the rank of x, and along every "
                                  "other axis its extent or 1");
  static_assert(R != rule::top_k, "fluxpp::top_k(x, k, axis): k must lie in [0, n], n the extent of the axis");
  static_assert(R != rule::searchsorted,
                "fluxpp::searchsorted(sorted, x): sorted must be a vector, or have the leading extents of x");
  static_assert(R != rule::subscripts,
                "fluxpp::einsum<\"ij,jk->ik\">(a, b): the string must have a letter for each axis of "
                "each operand, and of the result letters that stand there once and in an operand");
  static_assert(R != rule::einsum,
                "fluxpp::einsum<\"ij,jk->ik\">(a, b): operands must have an axis for each letter, and "
                "axes of one letter the same extent");
  static_assert(R != rule::labels,
                "fluxpp::cross_entropy(logits, labels): logits must be [n, classes] and labels integer [n]");
  static_assert(R != rule::ctc,
                "fluxpp::ctc_loss(x, targets, input_lengths, target_lengths): they must be [t, n, classes], "
                "[n, s], [n] and [n]");
  static_assert(R != rule::third_order, "fluxpp::ctc_loss: it has derivatives of first and second order");
  static_assert(R != rule::rank, "fluxpp: an argument has the wrong number of axes for this operation");
  static_assert(R != rule::slice, "fluxpp::slice(x, axis, begin, end): the range must lie inside the axis");
  static_assert(R != rule::pad, "fluxpp::pad(x, before, after): one amount per axis, none negative");
  static_assert(
      R != rule::empty,
      "fluxpp: mean, max, min, argmax, softmax and their like need at least one element along the axes they reduce");
  static_assert(
      R != rule::window_options,
      "fluxpp::window(x): size, stride and dilation must be positive, and the padding of a pool smaller than its size");
  static_assert(R != rule::repeats, "fluxpp::tile(x, counts), repeat_interleave(x, count, axis): a count must not be "
                                    "negative, and the counts at most 6");
  static_assert(R != rule::square,
                "fluxpp: cholesky, triangular_solve, solve, inverse, det, slogdet and eigh need square "
                "matrices: the last two extents must be equal");
  static_assert(R != rule::solve, "fluxpp::solve(a, b): b must have as many rows as a");
  static_assert(R != rule::groups, "fluxpp::group_norm(x, groups): groups must divide the channels of x");
  static_assert(R != rule::fold, "fluxpp::fold(y, image, size): y must be [n, channels times window, windows]");
  static_assert(R != rule::interpolate,
                "fluxpp::interpolate(x, extents): x must be [n, channels, ...], with one positive extent for each ...");
  static_assert(R != rule::grid,
                "fluxpp::grid_sample(x, grid): x must be [n, channels, rows, columns] and grid [n, rows, columns, 2]");
  static_assert(
      R != rule::attention,
      "fluxpp::attention(q, k, v): columns of q and k, rows of k and v, and all axes before them must be equal");
  static_assert(R != rule::tangent,
                "fluxpp::jvp(f)(x, dx): the tangent of an argument must have its shape, or be one number");
  static_assert(R != rule::cotangent,
                "fluxpp::vjp(f)(x, ybar): the cotangent must have the shape of the result, or be one number");
  static_assert(R != rule::directions,
                "fluxpp::jvps(f)(x, s), vjps, hvps: s must be a matrix: a row for each direction, "
                "a column for each element");
  static_assert(R != rule::direction_count,
                "fluxpp::jvps(f)(x, s), vjps, hvps: for this f the type of s must tell the number of directions");
  static_assert(
      R != rule::custom_rule,
      "fluxpp::custom_vjp(f, backward), custom_jvp(f, forward): backward must return an array of the shape of each "
      "argument, forward one of the shape of the result");
  static_assert(
      R != rule::by_rows,
      "fluxpp::by_rows<names>(f): f must read these arguments only by gather along the first axis, outside of loops");
  static_assert(R != rule::no_result,
                "fluxpp: a function must return one value: a number, or what it computed from its arguments");
  static_assert(R != rule::carry,
                "fluxpp::scan(body, carry, arrays): the body must return as many carries as it takes, "
                "each with the shape of its first value");
  static_assert(R != rule::slices,
                "fluxpp::scan(body, carry, arrays): all arrays must have the same leading extent, the number of runs");
  static_assert(
      R != rule::instances,
      "fluxpp::map_instances(f, x): each x must be [n] or [n, a], as fx::rows<a>(x) where its type does not tell a, "
      "with one n, and f return numbers");
  static_assert(R != rule::element,
                "fluxpp::map_instances(f, x): f must name elements that a row of x has, p[0], p[1], ...");
  static_assert(R != rule::numbers,
                "fluxpp::map_instances(f, x): f computes with the numbers of one row: elementwise operations alone");
  static_assert(R != rule::condition,
                "fluxpp::cond(condition, f, g), while_loop(condition, body, carry): the condition "
                "must be a scalar");
  static_assert(R != rule::escaped, "fluxpp: what the body of a loop computes is known in its runs alone: return it");
  static_assert(R != rule::branch, "fluxpp: a program cannot branch on a value: use fx::select(condition, a, b)");
  static_assert(
      R != rule::scalar_gradient,
      "fluxpp::grad(f): f must return a scalar; reduce it (fx::sum, fx::mean) or use fx::jacobian or fx::vjp");
  static_assert(R != rule::integer_gradient, "fluxpp::grad(f): f must be differentiable: its result or an argument to "
                                             "differentiate is an index or a truth value");
};

} // namespace fluxpp::inline v0_1::graph
