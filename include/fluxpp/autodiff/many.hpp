// SPDX-License-Identifier: MIT
#pragma once
// A part of a program for many directions at once: what depends on the direction gets the directions as its first axis.
#include "fluxpp/ops/ops.hpp"

#include <utility>

namespace fluxpp::inline v0_1::autodiff {

/// many: for nodes between a direction and a result, the arrays [count, shape] of their values along `count` directions.
/// Elementwise operations, reductions, views, products of matrices, moves of elements and operations on items of a batch act on
/// the whole array; any other operation is recorded once for each direction.
class many {
public:
  /// The nodes recorded so far may depend on directions.
  constexpr many(graph::tape& t, int count) : t_(&t), count_(count), first_(t.size()) { all_.assign(t.size(), -1); }

  /// Lets `all`, [count, shape of x], stand for the direction x.
  constexpr void put(var x, var all) {
    all_[x.id] = all.id;
    first_ = x.id < first_ ? x.id : first_;
  }

  /// Records what depends on the directions. False where it cannot: an array of six axes has no room for one more, loops
  /// take one direction at a time, and an operation that does so too must know how many there are.
  constexpr bool record() {
    const bool among_rules = std::exchange(t_->rules, true);
    bool complete = true;
    for (int id = first_; complete && id < all_.size(); ++id) {
      const graph::node n = (*t_)[id]; // a copy: the tape grows
      if (all_[id] >= 0 || !depends(id, n)) continue;
      t_->line = n.line;
      const dims shape = t_->shape_of(id);
      const bool loop = n.op == &graph::region_op || t_->region_of(id) != 0;
      const var all = shape.rank < max_rank && !loop ? of(n, lifted(shape)) : var{};
      complete = all.exists();
      if (complete) all_[id] = ops::reshape::apply(all, lifted(shape)).id;
    }
    t_->rules = among_rules;
    return complete;
  }
  /// The array [count, shape of y].
  constexpr var operator()(var y) const {
    if (y.id < all_.size() && all_[y.id] >= 0) return {*t_, all_[y.id]};
    return ops::broadcast_to(y, lifted(y.shape()));
  }

private:
  constexpr bool moves(const graph::node& n, int i) const { return n.args[i] >= 0 && all_[n.args[i]] >= 0; }
  constexpr bool depends(int id, const graph::node& n) const {
    bool any = false;
    for (int i = 0; i < n.op->arity; ++i) any = any || moves(n, i);
    if (n.op == &graph::region_op)
      graph::each_operand(*t_, id, [&](int a) { any = any || (a < all_.size() && all_[a] >= 0); });
    return any;
  }
  constexpr dims lifted(const dims& d) const { return d.replaced(0, 0, make_dims(count_)); }
  constexpr var arg(const graph::node& n, int i) const { return {*t_, n.args[i]}; }
  /// Operand i beside arrays of this rank: axes of extent 1 stand between the directions and its own.
  constexpr var beside(const graph::node& n, int i, int rank) const {
    if (!moves(n, i)) return arg(n, i);
    dims shape = lifted(arg(n, i).shape());
    while (shape.rank < rank) shape = shape.replaced(1, 0, make_dims(1));
    return ops::reshape::apply((*this)(arg(n, i)), shape);
  }

  /// Node n for all directions; `shape` begins with their axis.
  constexpr var of(const graph::node& n, const dims& shape) {
    switch (n.op->kind) {
    case graph::kind::elementwise: return elementwise(n, shape);
    case graph::kind::reduction: return reduction(n);
    case graph::kind::broadcast: return ops::broadcast_to(beside(n, 0, shape.rank), shape);
    case graph::kind::reshape: return view(n, shape);
    default: return step(n, shape);
    }
  }
  constexpr var elementwise(const graph::node& n, const dims& shape) {
    var x[4];
    for (int i = 0; i < n.op->arity; ++i) x[i] = beside(n, i, shape.rank);
    return ops::record_elementwise(*t_, *n.op, x);
  }
  constexpr var reduction(const graph::node& n) {
    const var x = (*this)(arg(n, 0));
    const unsigned mask = static_cast<unsigned>(attributes(n).value[0]) << 1;
    return again(n, ops::kept_shape(x.shape(), mask), graph::make_attributes(mask), {x});
  }
  constexpr var view(const graph::node& n, const dims& shape) {
    const var x = (*this)(arg(n, 0));
    return n.op == &ops::info<ops::stop_gradient> ? again(n, shape, {}, {x}) : ops::reshape::apply(x, shape);
  }

  // Before its use: clang 14 instantiates constexpr members at once only if it has read them.
  template <class... Op> static constexpr bool is(const graph::node& n) { return ((n.op == &ops::info<Op>) || ...); }
  constexpr var step(const graph::node& n, const dims& shape) {
    if (is<ops::matmul, ops::batched_matmul>(n)) return product(n, shape);
    if (is<ops::permute>(n)) return permuted(n, shape);
    if (is<ops::slice, ops::embed>(n)) return part(n, shape);
    const int first = n.attr == 0 ? 0 : attributes(n).value[0];
    if (is<ops::concat<2>, ops::concat<3>, ops::concat<4>, ops::cumsum, ops::cumprod, ops::linear_recurrence,
           ops::resample, ops::resample_grad>(n))
      return on_whole(n, shape, first + 1);                                                       // an axis
    if (is<ops::take_at_extremum, ops::put_at_extremum>(n)) return on_whole(n, shape, 2 * first); // a mask of axes
    if (is<ops::gather, ops::scatter_add>(n) && !moves(n, 1)) return indexed(n, shape);
    if (is<ops::conv2d, ops::conv2d_input_grad, ops::avg_pool2d, ops::avg_pool2d_grad, ops::unfold, ops::fold_windows>(
            n) &&
        !moves(n, 1))
      return on_items(n, shape);
    return one_by_one(n, shape);
  }
  constexpr var product(const graph::node& n, const dims& shape) {
    const graph::attributes read = attributes(n);
    const bool ta = read.value[0] != 0, tb = read.value[1] != 0;
    const var a = beside(n, 0, shape.rank), b = beside(n, 1, shape.rank);
    if (n.op != &ops::info<ops::matmul> || ta || moves(n, 1)) return ops::batched_matmul::apply(a, b, ta, tb);
    const dims rows = make_dims(t_->extents.product(count_, a.extent(1)), a.extent(2)); // one long product
    return ops::matmul::apply(ops::reshape::apply(a, rows), b, false, tb);
  }
  constexpr var permuted(const graph::node& n, const dims& shape) {
    graph::attributes order{shape.rank};
    for (int i = 1; i < shape.rank; ++i) order.value[i] = attributes(n).value[i - 1] + 1;
    return ops::permute::apply((*this)(arg(n, 0)), order);
  }
  constexpr var part(const graph::node& n, const dims& shape) {
    graph::attributes range = ops::whole_range(shape.rank);
    for (int i = 1; i < shape.rank; ++i) {
      range.value[i] = attributes(n).value[i - 1];
      range.value[shape.rank + i] = attributes(n).value[shape.rank - 1 + i - 1];
    }
    return again(n, shape, range, {(*this)(arg(n, 0))});
  }
  /// Operands of one rank, with another first attribute.
  constexpr var on_whole(const graph::node& n, const dims& shape, int first) {
    graph::node all = n;
    for (int i = 0; i < n.op->arity; ++i) all.args[i] = (*this)(arg(n, i)).id;
    all.shape = t_->intern(shape), all.attr = t_->intern(with_first(n, first));
    return ops::record(*t_, all);
  }
  /// Each item along the first axis is one of its own: the directions are more of them.
  constexpr var on_items(const graph::node& n, const dims& shape) {
    const auto merged = [&](const dims& d) { return d.replaced(0, 2, make_dims(t_->extents.product(d[0], d[1]))); };
    const var x = (*this)(arg(n, 0));
    const var items = ops::reshape::apply(x, merged(x.shape()));
    return again(n, merged(shape), attributes(n), {items, n.op->arity > 1 ? arg(n, 1) : var{}});
  }
  /// An index that is the same along all axes before its own is so along the directions too.
  constexpr var indexed(const graph::node& n, const dims& shape) {
    const dims own = arg(n, 1).shape();
    bool repeats = true;
    for (int i = 0; i < attributes(n).value[0]; ++i) repeats = repeats && own[i] == 1;
    const var index = repeats ? ops::reshape::apply(arg(n, 1), own.replaced(0, 0, make_dims(1))) : (*this)(arg(n, 1));
    return again(n, shape, with_first(n, attributes(n).value[0] + 1), {(*this)(arg(n, 0)), index});
  }
  constexpr var one_by_one(const graph::node& n, dims shape) {
    shape[0] = 1;
    list<var> each;
    for (int k = 0; k < count_; ++k) {
      graph::node one = n;
      for (int i = 0; i < n.op->arity; ++i)
        if (moves(n, i)) one.args[i] = direction(arg(n, i), k).id;
      each.push(ops::reshape::apply(ops::record(*t_, one), shape));
    }
    return each.empty() ? var{} : ops::concat_function{}(each, 0);
  }
  /// The array of x for direction k.
  constexpr var direction(var x, int k) const {
    return ops::reshape::apply(ops::slice_function{}((*this)(x), 0, k, k + 1), x.shape());
  }

  constexpr graph::attributes attributes(const graph::node& n) const { return t_->attribute_table()[n.attr]; }
  constexpr graph::attributes with_first(const graph::node& n, int value) const {
    graph::attributes a = attributes(n);
    a.value[0] = value;
    return a;
  }
  struct operands {
    var x, y = {};
  };
  /// The operation of n on other operands.
  constexpr var again(const graph::node& n, const dims& shape, const graph::attributes& a, const operands& on) {
    graph::node all = n;
    all.args[0] = on.x.id, all.args[1] = on.y.id;
    all.shape = t_->intern(shape), all.attr = t_->intern(a);
    return ops::record(*t_, all);
  }

  graph::tape* t_;
  int count_, first_;
  list<int> all_; ///< node of the array for all directions; -1 where there is none
};

} // namespace fluxpp::inline v0_1::autodiff
