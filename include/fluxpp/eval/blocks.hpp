// SPDX-License-Identifier: MIT
#pragma once
// A region that takes arrays by blocks of rows, bound to numbers.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/eval/binding.hpp"
#include "fluxpp/eval/columns.hpp"
#include "fluxpp/kernels/thread_pool.hpp"

namespace fluxpp::inline v0_1::eval {

/// block_worker<T>: runs blocks one after the other: the body for whole blocks and for what is left, each with memory of
/// its own. Carries pass from run to run through two places that alternate.
template <class T> class block_worker {
public:
  block_worker(const binding<T>& outer, const graph::plan_step& step)
      : plan_(&outer.plan().body(outer.plan().s.g[step.node].args[2])), node_(step.node),
        rows_(outer.shape_of(step.node)[0]) {
    const int whole = rows_ / graph::block_rows, left = rows_ % graph::block_rows;
    if (whole > 0) block_ = bind(outer.extents(), graph::block_rows);
    if (left > 0) rest_ = bind(outer.extents(), left);
    find_operands(outer);
    for (int i = 0; i < plan_->s.g.loop.carries; ++i) carries_.push_back(carry(outer.shape_of(operands_.first[i])));
    find_results(outer, step);
    at_.output.resize(static_cast<std::size_t>(plan_->s.g.count.outputs));
  }

  int blocks() const { return (rows_ + graph::block_rows - 1) / graph::block_rows; }
  bool carries() const { return !carries_.empty(); }
  /// errors   run: an index names no row (value_error)
  void check(const binding<T>& outer, const externals<T>& e) const {
    for (const array& a : arrays_)
      if (a.index >= 0) a.columns.check(outer.address(a.index, e), rows_);
  }
  /// run_body(body, externals) for blocks from one to another, in order.
  template <class RunBody>
  void run(const binding<T>& outer, const externals<T>& e, int begin, int end, const RunBody& run_body) {
    find(outer, e);
    for (int k = begin; k < end; ++k) {
      const std::ptrdiff_t first = std::ptrdiff_t{k} * graph::block_rows,
                           count = std::min<std::ptrdiff_t>(graph::block_rows, rows_ - first);
      enter(k, first, count);
      at_.seed = seed_of_run(e.seed, static_cast<std::uint64_t>(k));
      run_body(count == graph::block_rows ? *block_ : *rest_, at_);
      for (const column_writer<T>& w : results_) w.write(first, count);
    }
    for (const carry& c : carries_)
      if (c.last != nullptr) std::copy_n(end == 0 ? c.initial : c.place(end - 1), c.size, c.last);
  }

private:
  struct carry {
    explicit carry(const dims& shape) : size(kernels::step_args<T>::size(shape)), places(2 * size) {}
    T* place(int k) const { return places.data() + static_cast<std::size_t>(k & 1) * size; }
    std::size_t size;
    aligned_buffer<T> places;
    int node = -1;
    T *initial = nullptr, *last = nullptr;
  };
  struct array {
    int node, index;
    column_reader<T> columns;
  };

  /// The extents of the program where a run has so many rows.
  std::unique_ptr<binding<T>> bind(std::vector<int> extents, int rows) const {
    for (std::size_t i = 0; i < extents.size(); ++i) {
      const graph::extent_entry& e = plan_->s.g.extents[i];
      if (e.kind != graph::extent_kind::symbol) extents[i] = static_cast<int>(graph::value_of(e, extents.data()));
      else if (e.a == int{graph::block_symbol}) extents[i] = rows;
    }
    return std::make_unique<binding<T>>(*plan_, extents);
  }
  void find_operands(const binding<T>& outer) {
    operands_ = outer.plan().s.g.operands(node_);
    const graph::loop_facts& loop = plan_->s.g.loop;
    int at = loop.carries;
    for (int columns = 0; columns < loop.slices; at += 2) {
      const dims shape = outer.shape_of(operands_.first[at]);
      arrays_.push_back(
          {operands_.first[at], operands_.first[at + 1], column_reader<T>(shape.rank > 1 ? shape[1] : 1, shape[0])});
      columns += arrays_.back().columns.columns();
    }
    captured_ = at;
    at_.operand.resize(static_cast<std::size_t>(loop.carries + loop.slices + operands_.count - captured_));
  }
  void find_results(const binding<T>& outer, const graph::plan_step& step) {
    for (int i = 0; i < step.outputs; ++i) {
      const int node = outer.plan().f.outputs[step.first_output + i];
      const graph::attributes& a = outer.plan().s.g.attributes_of(node);
      if (static_cast<graph::result_role>(a.value[0]) == graph::result_role::last) {
        carries_[static_cast<std::size_t>(a.value[1])].node = node;
      } else {
        const dims shape = outer.shape_of(node);
        results_.emplace_back(shape.rank > 1 ? shape[1] : 1);
        stored_.push_back({node, a.value[1]});
      }
    }
  }

  /// The addresses of this call.
  void find(const binding<T>& outer, const externals<T>& e) {
    const auto at = [&](int node) { return node < 0 ? nullptr : outer.address(node, e); };
    for (std::size_t i = 0; i < carries_.size(); ++i)
      carries_[i].initial = at(operands_.first[i]), carries_[i].last = at(carries_[i].node);
    for (array& a : arrays_) a.columns.point_at(at(a.node), at(a.index));
    for (std::size_t i = 0; i < results_.size(); ++i) results_[i].point_at(at(stored_[i].node));
    const graph::loop_facts& loop = plan_->s.g.loop;
    for (int i = captured_; i < operands_.count; ++i)
      at_.operand[static_cast<std::size_t>(loop.carries + loop.slices + i - captured_)] = at(operands_.first[i]);
    at_.step = e.step;
  }
  /// Points at what run k reads and writes.
  void enter(int k, std::ptrdiff_t first, std::ptrdiff_t count) {
    for (std::size_t i = 0; i < carries_.size(); ++i) {
      at_.operand[i] = k == 0 ? carries_[i].initial : carries_[i].place(k - 1);
      at_.output[i] = carries_[i].place(k);
    }
    T** to = at_.operand.data() + carries_.size();
    for (array& a : arrays_) {
      a.columns.read(first, count, to);
      to += a.columns.columns();
    }
    for (std::size_t i = 0; i < results_.size(); ++i)
      for (int j = 0; j < results_[i].columns(); ++j)
        at_.output[carries_.size() + static_cast<std::size_t>(stored_[i].first + j)] = results_[i].column(first, j);
  }

  struct stored {
    int node, first; ///< the first of its columns among the stacks of the body
  };

  const plan_view<T>* plan_;
  std::unique_ptr<binding<T>> block_, rest_;
  externals<T> at_;
  int node_, rows_, captured_ = 0;
  graph::operand_span operands_{};
  std::vector<carry> carries_;
  std::vector<array> arrays_;
  std::vector<column_writer<T>> results_;
  std::vector<stored> stored_;
};

/// bound_blocks<T>: workers for the blocks of a region, more than one where there are many and none waits for another.
template <class T> class bound_blocks {
public:
  bound_blocks(const binding<T>& outer, const graph::plan_step& step) {
    workers_.push_back(std::make_unique<block_worker<T>>(outer, step));
    blocks_ = workers_[0]->blocks();
    const int most =
        workers_[0]->carries() ? 1 : std::min(kernels::thread_pool::instance().size(), blocks_ / least_blocks);
    for (int i = 1; i < most; ++i) workers_.push_back(std::make_unique<block_worker<T>>(outer, step));
  }
  template <class RunBody> void run(const binding<T>& outer, const externals<T>& e, const RunBody& run_body) {
    workers_[0]->check(outer, e);
    const int n = static_cast<int>(workers_.size());
    const auto share = [&](int i) {
      workers_[static_cast<std::size_t>(i)]->run(outer, e, blocks_ * i / n, blocks_ * (i + 1) / n, run_body);
    };
    if (n == 1) share(0);
    else kernels::thread_pool::instance().run(n, share);
  }

private:
  static constexpr int least_blocks = 8; ///< for a worker
  std::vector<std::unique_ptr<block_worker<T>>> workers_;
  int blocks_ = 0;
};

} // namespace fluxpp::inline v0_1::eval
