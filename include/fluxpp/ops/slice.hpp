// SPDX-License-Identifier: MIT
#pragma once
// slice, pad: a part of an array, and an array as a part of a larger one; each other's transposes.
#include "fluxpp/ops/reduction.hpp"

#include <initializer_list>

namespace fluxpp::inline v0_1 {

/// to_end: the end of a slice that goes as far as the axis.
inline constexpr int to_end = 1 << 28;

/// border: how many zeros stand before and after the elements of an axis.
struct border {
  int before = 0, after = 0;
};

namespace ops {

/// Where the elements of the part lie in the whole, for every axis: begin + i step. As attributes: all begins, then all
/// steps, backwards if negative; a begin of -1 - k says that k elements of the whole lie beyond the part's last one,
/// which is a number where the begin has a name.
constexpr graph::attributes whole_range(int rank) {
  graph::attributes a{2 * rank};
  for (int i = 0; i < rank; ++i) a.value[rank + i] = 1;
  return a;
}

/// slice(x): the part of x that the attributes say, as long as the shape of the result.
/// grad     embed(ybar): zeros around it
struct slice : linear<1> {
  static constexpr auto name = "slice";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& range) {
    return x.shape() == shape && range == whole_range(shape.rank) ? x : record<slice>(*x.tape, shape, range, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int);
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
};

/// embed(x): zeros with the shape of the result, and x in the part of it that the attributes say.
/// grad     slice(ybar)
struct embed : linear<1> {
  static constexpr auto name = "embed";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& range) {
    return x.shape() == shape && range == whole_range(shape.rank) ? x : record<embed>(*x.tape, shape, range, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) {
    return slice::apply(ybar, y.arg(0).shape(), y.attributes());
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const int s = scalar_factor(t, n.args[0]);
    const bool zeros = s >= 0 && t[s].op == &graph::constant_op && t[s].value == 0;
    return zeros ? broadcast_to({t, s}, t.shapes()[n.shape]).id : -1;
  }
};

constexpr var slice::transpose(const node_view& y, var ybar, int) {
  return embed::apply(ybar, y.arg(0).shape(), y.attributes());
}
/// Whether two parts of a whole, with these ranges and shapes, certainly have no element in common.
constexpr bool disjoint(const graph::attributes& a, const dims& in_a, const graph::attributes& b, const dims& in_b) {
  const auto before = [](const graph::attributes& x, const dims& in_x, const graph::attributes& y, int axis) {
    const int begin = x.value[axis], step = x.value[in_x.rank + axis], n = in_x[axis];
    return begin >= 0 && n >= 0 && y.value[axis] >= begin + n * step;
  };
  for (int i = 0; i < in_a.rank; ++i)
    if (before(a, in_a, b, i) || before(b, in_b, a, i)) return true;
  return false;
}
constexpr int slice::rewrite(graph::tape& t, const graph::node& n) {
  if (const int s = scalar_factor(t, n.args[0]); s >= 0) return broadcast_to({t, s}, t.shapes()[n.shape]).id;
  const graph::node& x = t[n.args[0]];
  if (x.op != &info<embed>) return -1;
  if (x.attr == n.attr && t[x.args[0]].shape == n.shape) return x.args[0];
  const bool apart =
      disjoint(t.attribute_table()[n.attr], t.shapes()[n.shape], t.attributes_of(n.args[0]), t.shape_of(x.args[0]));
  return apart ? broadcast_to(t.constant(0), t.shapes()[n.shape]).id : -1;
}

/// section: the begin, as attribute, and the extent of a slice of one axis.
struct section {
  int begin = 0, extent = 0;
  bool valid = true;
};

/// The part of an axis whose extent is a number.
constexpr section section_of(int extent, int begin, int end, int step) {
  if (begin < 0) begin += extent;
  if (end == to_end) end = extent;
  if (end < 0) end += extent;
  const bool valid = step > 0 && 0 <= begin && begin <= end && end <= extent;
  return {begin, valid ? (end - begin + step - 1) / step : 0, valid};
}
/// The part of an axis whose extent is a name; it may begin at the end only if it ends there.
constexpr section section_of(graph::tape& t, int extent, int begin, int end, int step) {
  extent = t.extents.resolve(extent);
  if (extent >= 0) return section_of(extent, begin, end, step);
  if (end == to_end) end = 0;
  const bool back = begin < 0, backed_end = end <= 0; // an end of 0 is that of the axis: an empty part needs no slice
  const int distance = end - begin;
  if (step <= 0 || (back && !backed_end) || (back == backed_end && distance < 0)) return {0, 0, false};
  const int least = back ? -begin : backed_end ? -distance : end;
  if (least > 0) t.extents.require_at_least(extent, least, "slice", t.line);
  if (!back && backed_end) return {begin, t.extents.quotient(t.extents.shifted(extent, distance + step - 1), step)};
  const int n = (distance + step - 1) / step;
  const int after = distance - ((n - 1) * step + 1) - end;
  return {!back ? begin : n == 0 ? 0 : -1 - after, n};
}

struct slice_function {
  constexpr var operator()(var x, int axis, int begin, int end, int step = 1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    dims shape = x.shape();
    const section s = section_of(*x.tape, shape[axis], begin, end, step);
    if (!s.valid) x.tape->fail(graph::rule::slice, x.shape(), make_dims(axis, begin, end, step));
    shape[axis] = s.extent;
    graph::attributes range = whole_range(shape.rank);
    range.value[axis] = s.begin;
    range.value[shape.rank + axis] = step;
    return slice::apply(x, shape, range);
  }
};

struct pad_function {
  constexpr var operator()(var x, int axis, border zeros, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    border all[max_rank]{};
    all[checked_axis(x, axis)] = zeros;
    return apply(x, all);
  }
  /// One border per axis; trailing axes without one stay.
  constexpr var operator()(var x, std::initializer_list<border> zeros, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    border all[max_rank]{};
    int axis = 0;
    for (const border& b : zeros)
      if (axis < max_rank) all[axis++] = b;
    if (static_cast<int>(zeros.size()) > x.rank()) x.tape->fail(graph::rule::pad, x.shape(), make_dims(axis));
    return apply(x, all);
  }

private:
  static constexpr var apply(var x, const border (&zeros)[max_rank]) {
    dims shape = x.shape();
    graph::attributes range = whole_range(shape.rank);
    for (int i = 0; i < shape.rank; ++i) {
      const auto [before, after] = zeros[i];
      if (before < 0 || after < 0) {
        x.tape->fail(graph::rule::pad, x.shape(), make_dims(i, before, after));
        continue;
      }
      shape[i] = x.tape->extents.shifted(shape[i], before + after);
      range.value[i] = before;
    }
    return embed::apply(x, shape, range);
  }
};

} // namespace ops

/// slice(x, axis, begin, end, step = 1): elements begin, begin + step, ... before end of one axis; numbers below 0
/// count from the end, fx::to_end is the end.
/// shapes   x [.., n, ..] -> [.., (end - begin) / step rounded up, ..]
/// grad     ybar in its place, zeros elsewhere
/// errors   compile: not 0 <= begin <= end <= n; run: so with a named extent (shape_error)
/// accuracy exact
inline constexpr ops::slice_function slice{};

/// pad(x, axis, {before, after}) or pad(x, {{before, after}, ...}): zeros before and after the elements of axes.
/// shapes   x [.., n, ..] -> [.., before + n + after, ..]
/// grad     the part of ybar where x is
/// errors   compile: a border below 0, more borders than axes
/// accuracy exact
inline constexpr ops::pad_function pad{};

} // namespace fluxpp::inline v0_1
