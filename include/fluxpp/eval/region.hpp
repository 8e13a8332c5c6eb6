// SPDX-License-Identifier: MIT
#pragma once
// A region bound to numbers: what it runs, and where each run finds its operands and leaves its results.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/eval/binding.hpp"
#include "fluxpp/eval/rewind.hpp"

namespace fluxpp::inline v0_1::eval {

/// bound_region<T>: the body of a region with memory of its own. Carries pass from run to run through the stacked results
/// if there are any, else through two places that alternate.
template <class T> class bound_region {
public:
  bound_region(const binding<T>& outer, const graph::plan_step& step)
      : body_(outer.plan().body(outer.plan().s.g[step.node].args[2]), outer.extents()), node_(step.node),
        most_(outer.shape_of(step.node)[0]) {
    const graph::graph_view &g = outer.plan().s.g, &inside = body_.plan().s.g;
    const auto size = [&](int node) { return kernels::step_args<T>::size(body_.shape_of(node)); };
    at_.operand.resize(static_cast<std::size_t>(g.operands(node_).count));
    at_.output.resize(static_cast<std::size_t>(inside.count.outputs));
    // The inputs of a block are its first nodes.
    for (int i = 0; i < inside.loop.carries; ++i) carries_.push_back({size(i), aligned_buffer<T>(2 * size(i))});
    for (int i = 0; i < inside.loop.slices; ++i) {
      const int node = inside.loop.carries + i;
      slices_.push_back({size(node)});
      if (slices_.back().carry = inside.leaves[inside[node].attr].carry; slices_.back().carry >= 0)
        slices_.back().rewound =
            outer.steps()[static_cast<std::size_t>(outer.plan().f.step_of[g.operands(node_).first[node]])].region.get();
    }
    stacks_.resize(at_.output.size() - carries_.size() - (inside.loop.has_again ? 1 : 0));
    for (int i = 0; i < step.outputs; ++i) {
      const int result = outer.plan().f.outputs[step.first_output + i];
      const graph::attributes& a = g.attributes_of(result);
      const auto which = static_cast<std::size_t>(a.value[1]);
      switch (static_cast<graph::result_role>(a.value[0])) {
      case graph::result_role::last: carries_[which].last_node = result; break;
      case graph::result_role::entries: carries_[which].entries_node = result; break;
      case graph::result_role::runs: runs_node_ = result; break;
      case graph::result_role::stack: stacks_[which] = {size(inside.outputs[carries_.size() + which]), result}; break;
      }
    }
  }

  /// run_body(body, externals) for every run in its order.
  template <class RunBody> void run(const binding<T>& outer, const externals<T>& e, const RunBody& run_body) {
    find(outer, e);
    int k = 0;
    for (bool again = runs_ > 0; again; ++k) {
      const std::size_t index = index_of(k);
      const bool more = k + 1 < runs_;
      for (std::size_t i = 0; i < carries_.size(); ++i) {
        at_.operand[i] = carries_[i].entry(k, index);
        at_.output[i] = more ? carries_[i].exit(k, index_of(k + 1)) : carries_[i].end(k);
      }
      for (std::size_t i = 0; i < stacks_.size(); ++i)
        at_.output[carries_.size() + i] = stacks_[i].base + index * stacks_[i].size;
      run_once(index, run_body);
      again = more && (!loop().has_again || again_ != 0);
    }
    end(k);
    rewinder_.start();
  }
  /// What a carry was on entry of the run for element `index` in the last call, whose operands are still what they were.
  template <class RunBody> T* entry(int number, std::size_t index, const RunBody& run_body) {
    const int k = loop().reverse ? runs_ - 1 - static_cast<int>(index) : static_cast<int>(index);
    const auto advance = [&](int run) {
      for (std::size_t i = 0; i < carries_.size(); ++i)
        at_.operand[i] = carries_[i].place(run), at_.output[i] = carries_[i].place(run + 1);
      for (std::size_t i = 0; i < stacks_.size(); ++i) at_.output[carries_.size() + i] = stacks_[i].spare_place();
      run_once(index_of(run), run_body);
    };
    rewinder_.move_to(
        k,
        [&](int which, int run) {
          for (carry& c : carries_) std::copy_n(which < 0 ? c.initial : c.kept_at(which), c.size, c.place(run));
        },
        [&](int which, int run) {
          for (carry& c : carries_) std::copy_n(c.place(run), c.size, c.kept_at(which));
        },
        advance);
    return carries_[static_cast<std::size_t>(number)].place(k);
  }

private:
  struct carry {
    std::size_t size;
    aligned_buffer<T> ring;
    int last_node = -1, entries_node = -1;
    T *initial = nullptr, *last = nullptr, *entries = nullptr;

    T* place(int k) const { return ring.data() + static_cast<std::size_t>(k & 1) * size; }
    /// Where the carry is on entry of run k, for element `index`.
    T* entry(int k, std::size_t index) const {
      if (entries == nullptr) return k == 0 ? initial : place(k - 1);
      if (k == 0) std::copy_n(initial, size, entries + index * size);
      return entries + index * size;
    }
    T* exit(int k, std::size_t next) const { return entries == nullptr ? place(k) : entries + next * size; }
    T* end(int k) const { return last == nullptr ? place(k) : last; }
    T* kept_at(int which) {
      while (kept.size() <= static_cast<std::size_t>(which)) kept.emplace_back(size);
      return kept[static_cast<std::size_t>(which)].data();
    }
    std::vector<aligned_buffer<T>> kept{};
  };
  struct slice {
    std::size_t size;
    T* base = nullptr;
    int carry = -1;                  ///< of the region that is rewound
    bound_region* rewound = nullptr; ///< the region whose carry it is
  };
  struct stack {
    std::size_t size = 0;
    int node = -1;
    T* base = nullptr;
    aligned_buffer<T> spare{};
    /// Where a run that is made again leaves it.
    T* spare_place() {
      if (spare.data() == nullptr) spare = aligned_buffer<T>(size);
      return spare.data();
    }
  };

  /// One run, whose carries and stacks are set.
  template <class RunBody> void run_once(std::size_t index, const RunBody& run_body) {
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      slice& s = slices_[i];
      at_.operand[carries_.size() + i] =
          s.rewound != nullptr ? s.rewound->entry(s.carry, index, run_body) : s.base + index * s.size;
    }
    at_.seed = seed_of_run(seed_, index);
    if (loop().has_again) at_.output.back() = &again_;
    run_body(body_, at_);
  }
  const graph::loop_facts& loop() const { return body_.plan().s.g.loop; }
  std::size_t index_of(int k) const { return static_cast<std::size_t>(loop().reverse ? runs_ - 1 - k : k); }

  /// After so many runs: carries that did not end where they should, and zeros for the runs that there might have been.
  void end(int runs) {
    for (carry& c : carries_)
      if (c.last != nullptr && (runs == 0 || runs < runs_))
        std::copy_n(runs == 0 ? c.initial : c.exit(runs - 1, static_cast<std::size_t>(runs)), c.size, c.last);
    const auto missing = [&](T* base, std::size_t size) {
      if (base != nullptr)
        std::fill_n(base + static_cast<std::size_t>(runs) * size, static_cast<std::size_t>(most_ - runs) * size, T(0));
    };
    for (carry& c : carries_) missing(c.entries, c.size);
    for (stack& s : stacks_) missing(s.base, s.size);
    if (ran_ != nullptr) *ran_ = static_cast<T>(runs);
  }
  /// The addresses of this call.
  void find(const binding<T>& outer, const externals<T>& e) {
    const graph::operand_span operands = outer.plan().s.g.operands(node_);
    for (int i = 0; i < operands.count; ++i) {
      const int node = operands.first[i]; // a region that is run again has no value
      const bool value = outer.plan().s.g.kind_of(node) != graph::kind::region;
      at_.operand[static_cast<std::size_t>(i)] = value ? outer.address(node, e) : nullptr;
    }
    const auto result = [&](int node) { return node < 0 ? nullptr : outer.address(node, e); };
    for (std::size_t i = 0; i < carries_.size(); ++i) {
      carry& c = carries_[i];
      c.initial = at_.operand[i], c.last = result(c.last_node), c.entries = result(c.entries_node);
    }
    for (std::size_t i = 0; i < slices_.size(); ++i)
      if (slices_[i].rewound == nullptr) slices_[i].base = at_.operand[carries_.size() + i];
    for (stack& s : stacks_) s.base = result(s.node);
    ran_ = result(runs_node_);
    runs_ = most_;
    if (loop().counted) runs_ = static_cast<int>(std::clamp(*at_.operand.back(), T(0), static_cast<T>(most_)));
    at_.step = e.step, seed_ = e.seed;
  }

  binding<T> body_;
  externals<T> at_;
  int node_, most_, runs_ = 0; ///< runs there may be at all, and in this call
  int runs_node_ = -1;
  T* ran_ = nullptr;
  T again_ = 0;
  std::uint64_t seed_ = 0;
  rewinder rewinder_;
  std::vector<carry> carries_;
  std::vector<slice> slices_;
  std::vector<stack> stacks_;
};

} // namespace fluxpp::inline v0_1::eval
