// SPDX-License-Identifier: MIT
#pragma once
// concat, stack: arrays one after the other along an axis that they have, or along a new one.
#include "fluxpp/ops/slice.hpp"

#include <utility>

namespace fluxpp::inline v0_1 {
namespace ops {

/// The part of a concatenation that operand i became.
constexpr var part_of(const node_view& y, var whole, int i, int operands) {
  const int axis = y.attr(0);
  graph::extent_table& extents = y.tape->extents;
  int before = 0, after = 0;
  for (int k = 0; k < operands; ++k) {
    if (k < i) before = extents.sum(before, y.arg(k).shape()[axis]);
    if (k > i) after = extents.sum(after, y.arg(k).shape()[axis]);
  }
  dims shape = y.arg(i).shape();
  graph::attributes range = whole_range(shape.rank);
  range.value[axis] = before >= 0 ? before : -1;
  if (before < 0 && after > 0) range.value[axis] -= after;
  if (before < 0 && after < 0) { // first without what follows, then the end of that
    dims until = shape;
    until[axis] = extents.sum(before, shape[axis]);
    whole = slice::apply(whole, until, whole_range(shape.rank));
  }
  return slice::apply(whole, shape, range);
}

/// concat<N>(x...): N arrays one after the other along the axis in attribute 0; longer rows of arrays are trees of these.
/// grad     the part of ybar that each array became
template <int N> struct concat : custom<N> {
  static constexpr auto name = N == 2 ? "concat2" : N == 3 ? "concat3" : "concat4";
  static constexpr var vjp(const node_view& y, var ybar, int i) { return part_of(y, ybar, i, N); }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    graph::node n = y.node;
    for (int i = 0; i < N; ++i)
      n.args[i] = (p.dx[i].exists() ? p.dx[i] : broadcast_to(y.tape->constant(0), y.arg(i).shape())).id;
    return {*y.tape, y.tape->push(n)};
  }
};

/// The shape of arrays one after the other along an axis; their other extents must be equal.
constexpr dims joined_shape(graph::tape& t, const var* x, int n, int axis) {
  dims shape = x[0].shape();
  for (int k = 1; k < n; ++k) {
    const dims& next = x[k].shape();
    bool fits = next.rank == shape.rank;
    for (int i = 0; fits && i < shape.rank; ++i) {
      if (i == axis) shape[i] = t.extents.sum(shape[i], next[i]);
      else fits = same_extent(t, shape[i], next[i], "concat");
    }
    if (!fits) t.fail(graph::rule::concat, x[0].shape(), next);
  }
  return shape;
}

constexpr var joined(const var* x, int n, int axis) {
  graph::tape& t = *x[0].tape;
  if (n == 1) return x[0];
  const dims shape = joined_shape(t, x, n, axis);
  const graph::attributes a = graph::make_attributes(axis);
  return n == 2   ? record<concat<2>>(t, shape, a, x[0], x[1])
         : n == 3 ? record<concat<3>>(t, shape, a, x[0], x[1], x[2])
                  : record<concat<4>>(t, shape, a, x[0], x[1], x[2], x[3]);
}

/// Numbers among the arrays become constants.
constexpr graph::tape& on_one_tape(list<var>& x, int line) {
  var any;
  for (const var& v : x) any = v.exists() ? v : any;
  graph::tape& t = graph::at_line(any, line);
  for (var& v : x) v = v.exists() ? v : t.constant(v.number);
  return t;
}

/// parts_of(x, axis): the arrays that x was joined from along this axis; else x alone.
constexpr list<var> parts_of(var x, int axis) {
  const graph::node n = (*x.tape)[x.id];
  const bool joins = n.op == &info<concat<2>> || n.op == &info<concat<3>>;
  if (!joins || x.tape->attributes_of(x.id).value[0] != axis) return list_of(x);
  list<var> parts;
  for (int i = 0; i < n.op->arity; ++i) parts.push({*x.tape, n.args[i]});
  return parts;
}

/// The axis along which a part of a whole ends where another begins, while they are alike along all others; or -1.
constexpr int axis_of_neighbours(const graph::attributes& a, const dims& in_a, const graph::attributes& b,
                                 const dims& in_b) {
  int axis = -1;
  for (int i = 0; i < in_a.rank; ++i) {
    const int step = a.value[in_a.rank + i];
    if (step != b.value[in_a.rank + i]) return -1;
    if (a.value[i] == b.value[i] && in_a[i] == in_b[i]) continue;
    if (axis >= 0 || step != 1 || a.value[i] < 0 || in_a[i] < 0 || b.value[i] != a.value[i] + in_a[i]) return -1;
    axis = i;
  }
  return axis;
}

/// sum_of_parts(a, b): a + b; where these are neighbours with zeros around, one array with zeros around: so the cotangents
/// of slices become that of the whole.
constexpr var sum_of_parts(var a, var b) {
  graph::tape& t = *a.tape;
  if (t[a.id].op != &info<embed> || t[b.id].op != &info<embed>) return a + b;
  var x{t, t[a.id].args[0]}, y{t, t[b.id].args[0]};
  graph::attributes range = t.attributes_of(a.id), other = t.attributes_of(b.id);
  int axis = axis_of_neighbours(range, x.shape(), other, y.shape());
  if (axis < 0) {
    axis = axis_of_neighbours(other, y.shape(), range, x.shape());
    if (axis < 0) return a + b;
    std::swap(x, y), range = other;
  }
  list<var> parts = parts_of(x, axis);
  for (const var& v : parts_of(y, axis)) parts.push(v);
  if (parts.size() > 4) parts = list_of(x), parts.push(y);
  return embed::apply(joined(parts.begin(), parts.size(), axis), a.shape(), range);
}

struct concat_function {
  constexpr var operator()(var a, var b, int axis, int line = __builtin_LINE()) const {
    return (*this)({a, b}, axis, line);
  }
  constexpr var operator()(std::initializer_list<var> x, int axis, int line = __builtin_LINE()) const {
    list<var> parts;
    for (const var& p : x) parts.push(p);
    return (*this)(parts, axis, line);
  }
  constexpr var operator()(list<var> x, int axis, int line = __builtin_LINE()) const {
    on_one_tape(x, line);
    axis = checked_axis(x[0], axis);
    while (x.size() > 1) {
      list<var> fewer;
      for (int i = 0; i < x.size(); i += 4)
        fewer.push(joined(x.begin() + i, x.size() - i < 4 ? x.size() - i : 4, axis));
      x = fewer;
    }
    return x[0];
  }
};

struct stack_function {
  constexpr var operator()(std::initializer_list<var> x, int axis = 0, int line = __builtin_LINE()) const {
    list<var> parts;
    for (const var& p : x) parts.push(p);
    return (*this)(parts, axis, line);
  }
  constexpr var operator()(list<var> x, int axis = 0, int line = __builtin_LINE()) const {
    graph::tape& t = on_one_tape(x, line);
    const dims first = x[0].shape();
    const int at = axis < 0 ? axis + first.rank + 1 : axis;
    if (first.rank == max_rank || at < 0 || at > first.rank) {
      t.fail(graph::rule::axis, first, make_dims(axis));
      return x[0];
    }
    for (var& v : x) v = reshape::apply(v, v.shape().replaced(at, 0, make_dims(1)));
    return concat_function{}(x, at, line);
  }
};

} // namespace ops

/// concat(a, b, axis) or concat({a, b, ...}, axis): arrays one after the other along an axis.
/// shapes   [.., m, ..], [.., n, ..] -> [.., m + n, ..]
/// grad     each array's part of ybar
/// errors   compile: another extent differs, x lacks the axis; run: another named extent differs (shape_error)
/// accuracy exact
inline constexpr ops::concat_function concat{};

/// stack({a, b, ...}, axis = 0): arrays of one shape along a new axis.
/// shapes   k times [m, n] -> [k, m, n]
/// grad     each array's part of ybar
/// errors   as concat
/// accuracy exact
inline constexpr ops::stack_function stack{};

} // namespace fluxpp::inline v0_1
