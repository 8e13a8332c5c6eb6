// SPDX-License-Identifier: MIT
#pragma once
// map_instances: a function of numbers applied to every row of arrays; the lanes of its loop run over the rows.
#include "fluxpp/ops/scan.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// instance_rows: the rows of an array, or those that an index names, of so many elements; -1: as the array's type tells.
struct instance_rows {
  var array, index = {};
  int columns = -1;
};

/// instance: a row of an array as the function of map_instances has it: its elements, or itself if it is one number.
class instance : public var {
public:
  /// A row of several elements is no value: what stands for it must not be used.
  constexpr instance(const list<var>& elements, var whole)
      : var(elements.size() == 1 ? elements[0] : whole), elements_(elements) {}
  constexpr int size() const { return elements_.size(); }
  constexpr var operator[](int j) const {
    if (j >= 0 && j < size()) return elements_[j];
    elements_[0].tape->fail(graph::rule::element, make_dims(size()), make_dims(j));
    return elements_[0];
  }

private:
  list<var> elements_;
};

/// instance_region: the region of one map while it is written.
class instance_region {
public:
  constexpr explicit instance_region(graph::tape& t)
      : t_(t), region_(t.open()), outside_(std::exchange(t.current_region, region_)),
        block_(t.extents.symbol(graph::block_symbol)) {
    t.regions[region_].blocks = t.regions[region_].recompute = true;
    for (int r = outside_; r > 0; r = t.regions[r].parent)
      if (t.regions[r].blocks) t.fail(graph::rule::numbers, {}, {}); // a map in a map
    whole_ = t.region_input(region_, make_dims(block_), false);
  }

  constexpr instance entry(var x) { return entry(instance_rows{x}); }
  constexpr instance entry(const instance_rows& x) {
    const int columns = known_columns(x);
    const bool fits = columns > 0 && count(x.index.exists() ? x.index : x.array, x.index.exists());
    list<var> elements;
    for (int j = 0; j < columns && fits; ++j)
      elements.push(graph::add_slice(t_, region_, x.array, j, x.index.exists() ? x.index.id : -1));
    if (!fits) elements.push(t_.constant(0)), t_.fail(graph::rule::instances, x.array.shape(), x.index.shape());
    return {elements, whole_};
  }
  /// The numbers that the function gives for each row, as rows of a result, or one number as its element.
  constexpr var close(const list<var>& outs, bool row) {
    const dims rows = make_dims(block_);
    if (outs.empty()) t_.fail(graph::rule::instances, {}, {});
    require_numbers(outs);
    for (int j = 0; j < outs.size(); ++j)
      add_stack(t_, region_, fitted(outs[j], rows, "map_instances", graph::rule::instances), j, row ? outs.size() : 0);
    if (t_.extents.resolve(block_) != block_ || t_.extents.resolve(rows_) == block_)
      t_.fail(graph::rule::instances, make_dims(rows_), {});
    t_.current_region = outside_;
    graph::close(t_, region_, rows_);
    return outs.empty() ? t_.constant(0) : graph::result_of(t_, region_, graph::result_role::stack, 0);
  }

private:
  /// Only elementwise operations mean the same for a block of rows as for each; and a row is not used as a whole.
  constexpr void require_numbers(const list<var>& outs) {
    bool whole = false;
    for (const var& v : outs) whole = whole || v.id == whole_.id;
    for (const int id : t_.regions[region_].nodes) {
      const graph::node& n = t_[id];
      bool block = n.op->random && t_.shape_of(id).rank == 0;
      for (int i = 0; i < n.op->arity; ++i) {
        if (n.args[i] < 0) continue;
        whole = whole || n.args[i] == whole_.id;
        block = block || has_block(t_.shape_of(n.args[i]));
      }
      const bool each = n.op->kind == graph::kind::elementwise || n.op->kind == graph::kind::broadcast ||
                        n.op->kind == graph::kind::result || (n.op->random && t_.shape_of(id).rank > 0);
      if (block && !each) t_.fail(graph::rule::numbers, t_.shape_of(id), {});
    }
    if (whole) t_.fail(graph::rule::element, {}, {});
  }
  constexpr bool has_block(const dims& shape) const {
    bool any = false;
    for (int a = 0; a < shape.rank; ++a) any = any || shape[a] == block_;
    return any;
  }
  /// 0 where there is no telling.
  constexpr int known_columns(const instance_rows& x) {
    if (x.array.rank() == 1) return x.columns < 0 || x.columns == 1 ? 1 : 0;
    if (x.array.rank() != 2) return 0;
    const int is = t_.extents.resolve(x.array.extent(1));
    if (x.columns >= 0 && is < 0) t_.extents.equate(is, x.columns, "map_instances", t_.line);
    return x.columns >= 0 && is >= 0 && is != x.columns ? 0 : x.columns >= 0 ? x.columns : is;
  }
  /// Whether x has as many rows as all others.
  constexpr bool count(var x, bool index) {
    if (index && x.rank() != 1) return false;
    const int n = t_.extents.resolve(x.extent(0)), before = std::exchange(rows_, rows_ == unknown ? n : rows_);
    if (before != unknown && n >= 0 && before >= 0) return n == before;
    if (before != unknown) t_.extents.equate(before, n, "map_instances", t_.line);
    return true;
  }

  static constexpr int unknown = std::numeric_limits<int>::min();
  graph::tape& t_;
  int region_, outside_, block_, rows_ = unknown;
  var whole_; ///< stands for rows of several elements
};

/// located_rows: the first array of a map, and the line of the source on which it stands.
struct located_rows {
  instance_rows rows;
  int line;
  constexpr located_rows(var x, int at = __builtin_LINE()) : rows{x}, line(at) {}
  constexpr located_rows(const instance_rows& x, int at = __builtin_LINE()) : rows(x), line(at) {}
};

struct map_instances_function {
  template <class F, class... X>
  constexpr var operator()(const F& f, const located_rows& first, const X&... more) const {
    graph::tape& t = tape_of_call("map_instances", first.line, first.rows.array);
    instance_region region(t);
    const auto out = std::apply(f, std::tuple{region.entry(first.rows), region.entry(more)...}); // from left to right
    return region.close(vars_of(t, out), tuple_like<std::remove_cvref_t<decltype(out)>>);
  }
};

template <int Columns> struct rows_function {
  constexpr instance_rows operator()(var x, var index = {}) const { return {x, index, Columns}; }
};

} // namespace ops

/// map_instances(f, x...): f applied to every row of the arrays x, written for the numbers of one row, with elementwise
/// operations: an array [n, a] gives f an `x[j]` for each of its a elements, an array [n] a number; rows<a>(x, index) gives the rows of a table that index
/// names. The result has a number for each row, or a row where f returns an array or a tuple of numbers. Lanes run over the
/// rows, 128 of which are taken at once, so that no array of intermediate values is ever written; derivatives compute them
/// again. f may use numbers from outside; fx::sparse_jacobian writes the Jacobian of the result without looking for its
/// pattern.
/// shapes   [n, a], [n], rows(table [m, a], index [n]) -> [n] or [n, k]
/// grad     by rows; the cotangents of rows of a table are added
/// errors   compile: an array with other rows, unknown columns or more axes, an element that a row does not have, a row used
///          as one value, an operation that is not elementwise, a map inside f, a result of f that is no number; run: other named extents (shape_error), an index that names no row (value_error)
/// example  auto e = fx::map_instances([](auto p, auto q) { return fx::hypot(p[0] - q[0], p[1] - q[1]); },
///                                     fx::rows<2>(points, from), fx::rows<2>(points, to));
inline constexpr ops::map_instances_function map_instances{};

/// rows<a>(x), rows<a>(x, index): rows of a elements for map_instances; a may be left out where the type of x tells it.
template <int Columns = -1> inline constexpr ops::rows_function<Columns> rows{};

} // namespace fluxpp::inline v0_1
