// SPDX-License-Identifier: MIT
#pragma once
// The reference evaluator: walks a tape node by node with plain loops; slow, and the judge of every other evaluator.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/graph/regions.hpp"
#include "fluxpp/kernels/custom.hpp"
#include "fluxpp/kernels/steps.hpp"
#include "fluxpp/ops/ops.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::eval {

/// for_each_index(shape, f): f(index) for every index of an array of this shape, last axis fastest.
template <class F> void for_each_index(const dims& shape, F&& f) {
  std::vector<int> index(static_cast<std::size_t>(max_rank), 0);
  for (std::size_t left = kernels::step_args<double>::size(shape); left > 0; --left) {
    f(index);
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      int& i = index[static_cast<std::size_t>(axis)];
      if (++i < shape[axis]) break;
      i = 0;
    }
  }
}

/// offset_of(index, rank, shape): where an array of this shape has the element that an index of a larger or equal rank
/// means; axes of extent 1 and missing leading axes repeat.
inline std::size_t offset_of(const std::vector<int>& index, int rank, const dims& shape) {
  std::size_t at = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    const int i = shape[axis] == 1 ? 0 : index[static_cast<std::size_t>(axis + rank - shape.rank)];
    at = at * static_cast<std::size_t>(shape[axis]) + static_cast<std::size_t>(i);
  }
  return at;
}

/// reference<T>(tape): computes every node of a tape. Bind the leaves, run, read values.
/// Steps go through kernels::step<Op>; everything else is computed in double and rounded to T once per node.
/// errors   shape_error when an extent is not bound or a check of the program fails; what the kernels throw
template <class T> class reference {
public:
  explicit reference(const graph::tape& t) : tape_(&t), seed_(0), step_(0) {}

  /// bind(leaf, shape, data): the array of a leaf, by its number in tape.leaves(); its extents bind the symbols they meet.
  void bind(int leaf, const dims& shape, std::vector<T> data) {
    if (data.size() != count(shape))
      throw shape_error("reference", "data must have as many elements as its shape says");
    const auto at = static_cast<std::size_t>(leaf);
    if (arrays_.size() <= at) arrays_.resize(at + 1);
    arrays_[at] = {shape, std::move(data)};
  }
  /// bind_extent(e, n): the number that a symbol, as dims hold it, stands for.
  void bind_extent(int e, int n) {
    const auto at = static_cast<std::size_t>(-1 - e);
    if (bound_.size() <= at) bound_.resize(at + 1, -1);
    if (bound_[at] >= 0 && bound_[at] != n)
      throw shape_error("reference",
                        "one symbol is bound to " + std::to_string(bound_[at]) + " and " + std::to_string(n));
    bound_[at] = n;
  }
  void random(std::uint64_t seed, std::uint32_t step) { seed_ = seed, step_ = step; }

  /// bound_shape(x): the shape of x under the extents that are bound.
  dims bound_shape(var x) {
    resolve_extents();
    return numbers(x.shape());
  }

  /// run(): all nodes of the tape as it is now.
  void run() {
    resolve_extents();
    check_constraints();
    nodes_.assign(static_cast<std::size_t>(tape_->size()), {});
    for (int id = 0; id < tape_->size(); ++id)
      if (tape_->region_of(id) == 0) compute(id);
  }

  const std::vector<T>& value(int id) const { return nodes_[static_cast<std::size_t>(id)].data; }
  const std::vector<T>& value(var x) const { return value(x.id); }
  const dims& shape(int id) const { return nodes_[static_cast<std::size_t>(id)].shape; }
  const dims& shape(var x) const { return shape(x.id); }

private:
  struct array {
    dims shape;
    std::vector<T> data;
  };
  static std::size_t count(const dims& d) { return kernels::step_args<T>::size(d); }
  int number(int e) const { return e >= 0 ? e : extents_[static_cast<std::size_t>(-1 - e)]; }
  dims numbers(dims d) const {
    for (int i = 0; i < d.rank; ++i) d[i] = number(d[i]);
    return d;
  }

  void bind_symbols(const dims& program, const dims& given) {
    if (program.rank != given.rank) throw shape_error("reference", "an argument has the wrong rank");
    for (int i = 0; i < program.rank; ++i)
      if (program[i] < 0 && tape_->extents.at(program[i]).kind == graph::extent_kind::symbol)
        bind_extent(program[i], given[i]);
  }
  void resolve_extents() {
    for (int id = 0; id < tape_->size(); ++id)
      if (const array* given = leaf_array(id)) bind_symbols(tape_->shape_of(id), given->shape);
    const auto n = static_cast<std::size_t>(tape_->extents.size());
    bound_.resize(n, -1);
    extents_ = bound_;
    for (int i = 0; i < tape_->extents.size(); ++i) {
      int& value = extents_[static_cast<std::size_t>(i)];
      if (tape_->extents[i].kind != graph::extent_kind::symbol)
        value = static_cast<int>(graph::value_of(tape_->extents[i], extents_.data()));
      else if (tape_->extents[i].a == int{graph::block_symbol}) value = block_;
      else if (value < 0) value = number(tape_->extents.resolve(-1 - i));
      if (value < 0 && tape_->extents[i].kind == graph::extent_kind::symbol)
        throw shape_error("reference", "an extent of the program is not bound");
    }
  }
  void check_constraints() const {
    for (const graph::constraint& c : tape_->extents.constraints()) {
      const int a = number(c.a), b = number(c.b);
      if (graph::holds(c.relation, a, b)) continue;
      throw shape_error(c.rule,
                        std::to_string(a) + " must " + graph::text_of(c.relation) + std::to_string(b) +
                            error::in_source(c.line),
                        {}, -1, b, a);
    }
  }

  const array* leaf_array(int id) const {
    if ((*tape_)[id].op != &graph::input_op) return nullptr;
    const auto at = static_cast<std::size_t>((*tape_)[id].attr);
    return at < arrays_.size() ? &arrays_[at] : nullptr;
  }

  void compute(int id) {
    const graph::node& n = (*tape_)[id];
    array& out = nodes_[static_cast<std::size_t>(id)];
    out.shape = numbers(tape_->shape_of(id));
    switch (n.op->kind) {
    case graph::kind::input: return read_leaf(id, out);
    case graph::kind::constant: return out.data.assign(count(out.shape), static_cast<T>(n.value));
    case graph::kind::elementwise: return map(n, out);
    case graph::kind::reduction: return fold(n, tape_->attributes_of(id).value[0], out);
    case graph::kind::broadcast: return repeat(operand(n, 0), out);
    case graph::kind::reshape: out.data = operand(n, 0).data; return;
    case graph::kind::step: return run_step(id, n, out);
    case graph::kind::region: return run_region(n.args[0], out.shape[0]);
    case graph::kind::result: return; // its region has computed it
    }
  }
  const array& operand(const graph::node& n, int i) const { return nodes_[static_cast<std::size_t>(n.args[i])]; }

  void read_leaf(int id, array& out) const {
    const graph::leaf& l = tape_->leaf_of(id);
    if (l.space == graph::space::extent) {
      out.data.assign(1, static_cast<T>(number(l.index)));
      return;
    }
    const array* given = leaf_array(id);
    if (given == nullptr || !(given->shape == out.shape))
      throw shape_error("reference", "a leaf is not bound to its shape");
    out.data = given->data;
  }
  void map(const graph::node& n, array& out) const {
    out.data.resize(count(out.shape));
    for (std::size_t i = 0; i < out.data.size(); ++i) {
      double x[4]{};
      for (int a = 0; a < n.op->arity; ++a) {
        const array& in = operand(n, a);
        x[a] = static_cast<double>(in.data[in.data.size() == 1 ? 0 : i]);
      }
      out.data[i] = static_cast<T>(n.op->evaluate(x));
    }
  }
  static void repeat(const array& in, array& out) {
    out.data.clear();
    for_each_index(out.shape,
                   [&](const auto& index) { out.data.push_back(in.data[offset_of(index, out.shape.rank, in.shape)]); });
  }
  void fold(const graph::node& n, int mask, array& out) const {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const graph::fold f = n.op->fold;
    const array& in = operand(n, 0);
    std::vector<double> y(count(out.shape), f == graph::fold::max   ? -inf
                                            : f == graph::fold::min ? inf
                                                                    : f == graph::fold::prod);
    for_each_index(in.shape, [&](std::vector<int> index) {
      const auto x = static_cast<double>(in.data[offset_of(index, in.shape.rank, in.shape)]);
      for (int axis = 0; axis < in.shape.rank; ++axis)
        if (mask >> axis & 1) index[static_cast<std::size_t>(axis)] = 0;
      double& sum = y[offset_of(index, in.shape.rank, out.shape)];
      if (f == graph::fold::sum) sum += x;
      else if (f == graph::fold::prod) sum *= x;
      else if (std::isnan(x) || (f == graph::fold::max ? x > sum : x < sum)) sum = x;
    });
    out.data.assign(y.begin(), y.end());
  }

  template <class Op> void run_listed(const graph::node& n, kernels::step_args<T>& args, bool& done) {
    if (n.op != &ops::info<Op>) return;
    std::vector<T> scratch(kernels::step<Op>::template scratch<T>(args));
    args.scratch = scratch.data();
    kernels::step<Op>::template run<T>(args);
    done = true;
  }
  template <class... Op> bool run_listed(ops::op_list<Op...>, const graph::node& n, kernels::step_args<T>& args) {
    bool done = false;
    (run_listed<Op>(n, args, done), ...);
    return done;
  }
  void run_step(int id, const graph::node& n, array& out);

  array& at(int id) { return nodes_[static_cast<std::size_t>(id)]; }
  /// Element k of the leading axis of an array.
  array element(const array& x, int k) const {
    array out;
    for (int a = 1; a < x.shape.rank; ++a) out.shape = out.shape.with(x.shape[a]);
    const auto n = static_cast<std::ptrdiff_t>(count(out.shape));
    out.data.assign(x.data.begin() + k * n, x.data.begin() + (k + 1) * n);
    return out;
  }
  void clear(int result) {
    if (result < 0) return;
    at(result).shape = numbers(tape_->shape_of(result));
    at(result).data.assign(count(at(result).shape), T(0));
  }
  /// Puts x as element k of a result, if it is one.
  void put(int result, int k, const array& x) {
    if (result < 0) return;
    array& all = at(result);
    if (all.data.empty()) clear(result);
    std::copy(x.data.begin(), x.data.end(), all.data.begin() + k * static_cast<std::ptrdiff_t>(x.data.size()));
  }
  /// Column k of a block of rows, which an index may name.
  array column(const array& x, int k, int index, int first) const {
    const std::size_t columns = x.shape.rank > 1 ? static_cast<std::size_t>(x.shape[1]) : 1;
    array out{make_dims(block_), {}};
    for (std::size_t i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + block_); ++i) {
      const std::size_t row = index < 0 ? i : static_cast<std::size_t>(nodes_[static_cast<std::size_t>(index)].data[i]);
      out.data.push_back(x.data[row * columns + static_cast<std::size_t>(k)]);
    }
    return out;
  }
  void run_blocks(int number, int rows) {
    const graph::region& r = tape_->regions[number];
    const std::uint64_t seed = seed_;
    for (const graph::region::carry& c : r.carries) at(c.next) = at(c.initial);
    for (const graph::region::stack& s : r.stacks)
      if (s.column == 0) clear(s.result);
    for (int first = 0; first < rows; first += graph::block_rows) {
      block_ = std::min(graph::block_rows, rows - first);
      seed_ = seed_of_run(seed, static_cast<std::uint64_t>(first / graph::block_rows));
      run_block(number, first);
    }
    seed_ = seed;
    for (const graph::region::carry& c : r.carries) put(c.last, 0, at(c.next));
  }
  void run_block(int number, int first) {
    const graph::region& r = tape_->regions[number];
    resolve_extents();
    for (const graph::region::carry& c : r.carries) at(c.inside) = at(c.next);
    for (const graph::region::slice& s : r.slices) at(s.inside) = column(at(s.array), s.column, s.index, first);
    for (const int id : graph::needed_in(*tape_, number)) compute(id);
    for (const graph::region::stack& s : r.stacks)
      for (int i = 0; i < block_ && s.result >= 0; ++i)
        at(s.result).data[static_cast<std::size_t>((first + i) * std::max(s.columns, 1) + s.column)] =
            at(s.inside).data[static_cast<std::size_t>(i)];
  }
  void run_region(int number, int runs) {
    if (tape_->regions[number].blocks) return run_blocks(number, runs);
    const graph::region& r = tape_->regions[number];
    const list<int> nodes = graph::needed_in(*tape_, number);
    std::vector<array> carried;
    for (const graph::region::carry& c : r.carries) carried.push_back(at(c.initial));
    const std::uint64_t seed = seed_;
    if (r.most >= 0) runs = static_cast<int>(std::clamp(at(r.most).data[0], T(0), static_cast<T>(runs)));
    for (const graph::region::stack& s : r.stacks) clear(s.result);
    for (const graph::region::carry& c : r.carries) clear(c.entries);
    int k = 0;
    for (bool again = runs > 0; again; ++k) {
      const int index = r.reverse ? runs - 1 - k : k;
      seed_ = seed_of_run(seed, static_cast<std::uint64_t>(index));
      for (int i = 0; i < r.carries.size(); ++i) {
        at(r.carries[i].inside) = carried[static_cast<std::size_t>(i)];
        put(r.carries[i].entries, index, carried[static_cast<std::size_t>(i)]);
      }
      for (const graph::region::slice& s : r.slices) at(s.inside) = element(at(s.array), index);
      for (const int id : nodes) compute(id);
      for (int i = 0; i < r.carries.size(); ++i) carried[static_cast<std::size_t>(i)] = at(r.carries[i].next);
      for (const graph::region::stack& s : r.stacks) put(s.result, index, at(s.inside));
      again = k + 1 < runs && (r.again < 0 || at(r.again).data[0] != 0);
    }
    seed_ = seed;
    if (r.runs >= 0) put(r.runs, 0, {{}, {static_cast<T>(k)}});
    for (int i = 0; i < r.carries.size(); ++i) put(r.carries[i].last, 0, carried[static_cast<std::size_t>(i)]);
  }

  const graph::tape* tape_;
  std::vector<array> arrays_, nodes_;
  std::vector<int> bound_, extents_;
  int block_ = graph::block_rows; ///< the rows of a run that takes arrays block by block
  std::uint64_t seed_;
  std::uint32_t step_;
};

// Not inline, so that programs can have one instance of it, which has every kernel (tests/reference.hpp).
template <class T> void reference<T>::run_step(int id, const graph::node& n, array& out) {
  out.data.assign(count(out.shape), std::numeric_limits<T>::quiet_NaN()); // a kernel that forgets an element is seen
  kernels::step_args<T> args;
  args.out = out.data.data(), args.shape = out.shape, args.seed = seed_, args.step = step_;
  args.attr = tape_->attributes_of(id);
  for (int i = 0; i < n.op->arity; ++i) args.in[i] = operand(n, i).data.data(), args.in_shape[i] = operand(n, i).shape;
  if (n.op->custom != nullptr) n.op->custom->template run<T>()(args);
  else if (!run_listed(ops::step_list{}, n, args))
    throw value_error("reference", std::string("no kernel for ") + n.op->name);
}

} // namespace fluxpp::inline v0_1::eval
