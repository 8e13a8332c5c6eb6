// SPDX-License-Identifier: MIT
#pragma once
// A plan bound to numbers: extents, addresses, strides and tasks, computed once per set of extents.
#include "fluxpp/eval/plan.hpp"
#include "fluxpp/eval/tasks.hpp"

#include <bit>
#include <cstdint>

namespace fluxpp::inline v0_1::eval {

template <class T> class bound_region;
template <class T> class bound_blocks;

/// bound_step<T>: a step ready to run.
template <class T> struct bound_step {
  int number = 0;
  std::unique_ptr<bound_region<T>> region;
  std::unique_ptr<bound_blocks<T>> blocks;
  const step_kernel<T>* own = nullptr;
  kernels::step_args<T> args;
  loop_kernel<T> kernel = nullptr;
  kernels::loop<T> loop;
  eval::tasks tasks;
  bool accumulates = false;
};

/// binding<T>: a plan with numbers for its extents and addresses for its values.
template <class T> class binding {
public:
  binding(const plan_view<T>& plan, const std::vector<int>& extents) : plan_(plan), extents_(extents) {
    for (int i = 0; i < plan_.s.g.count.shapes; ++i) shapes_.push_back(numbers(plan_.s.g.shapes[i]));
    place();
    reserve_pools();
    for (int i = 0; i < plan_.f.step_count; ++i) steps_.push_back(bind(i));
    finish_pools();
    find_late_outputs();
  }
  binding(const binding&) = delete;
  binding& operator=(const binding&) = delete;

  const plan_view<T>& plan() const { return plan_; }
  const std::vector<int>& extents() const { return extents_; }
  std::vector<bound_step<T>>& steps() { return steps_; }
  const std::vector<bound_step<T>>& steps() const { return steps_; }
  const dims& shape_of(int node) const { return shapes_[index(plan_.s.g[node].shape)]; }

  /// Whether a run of the plan may write over the array that begins at p: it lies in the workspace.
  bool overwrites(const T* p) const {
    const auto address = [](const T* x) { return reinterpret_cast<std::uintptr_t>(x); };
    return address(p) - address(arena_.data()) < arena_size_ * sizeof(T);
  }
  /// The address of a node's value.
  T* address(int node, const externals<T>& e) const {
    const graph::location& w = where_[index(graph::owner(plan_.s.g, plan_.s.copied, node))];
    return external(w) ? e.at(w.space, w.index) : own_address(w);
  }
  /// Copies outputs that could not be written to their targets while inputs there were still read.
  void write_back(const externals<T>& e) const {
    for (const late_output& o : late_) std::copy_n(o.from, o.size, e.at(o.space, o.index));
  }
  /// Writes the addresses that belong to this call into the steps.
  void point_at(const externals<T>& e) {
    for (const patch& p : patches_) *p.slot = e.at(p.space, p.index);
    for (const own_patch& p : own_patches_) {
      T* const at = e.at(p.space, p.index);
      kernels::step_args<T>& args = steps_[p.step].args;
      if (p.operand < 0) args.out = at;
      else args.in[p.operand] = at;
    }
  }

private:
  struct late_output {
    const T* from;
    std::size_t size;
    graph::space space;
    int index;
  };
  void find_late_outputs() {
    const graph::graph_view& g = plan_.s.g;
    for (int i = 0; i < g.count.outputs; ++i) {
      const graph::location& w = where_[index(graph::owner(g, plan_.s.copied, g.outputs[i]))];
      if (g.targets[i].space == graph::space::arena || external(w)) continue;
      late_.push_back({own_address(w), kernels::step_args<T>::size(shape_of(g.outputs[i])), g.targets[i].space,
                       g.targets[i].index});
    }
  }
  struct patch {
    T** slot;
    graph::space space;
    int index;
  };
  struct own_patch {
    std::size_t step;
    int operand;
    graph::space space;
    int index;
  };

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  static bool external(const graph::location& w) {
    return w.space != graph::space::arena && w.space != graph::space::constant && w.space != graph::space::extent;
  }
  int number(int e) const { return e >= 0 ? e : extents_[index(-1 - e)]; }
  dims numbers(dims d) const {
    for (int a = 0; a < d.rank; ++a) d[a] = number(d[a]);
    return d;
  }

  void place() {
    const graph::graph_view& g = plan_.s.g;
    graph::amount arena = plan_.arena;
    if (plan_.planned) {
      where_.assign(plan_.where, plan_.where + g.count.nodes);
      batch_ = padded_batch();
    } else {
      std::vector<graph::amount> size;
      for (const dims& d : shapes_) size.push_back({static_cast<long>(kernels::step_args<T>::size(d)), 0});
      const graph::placement p = graph::place(plan_.s, plan_.f, size.data());
      where_.assign(p.of.begin(), p.of.end());
      arena = p.arena;
    }
    arena_size_ = static_cast<std::size_t>(arena.fixed + arena.per_batch * batch_);
    arena_ = aligned_buffer<T>(arena_size_);
    batch_part_ = arena_.data() + arena.fixed;
    constants_ = aligned_buffer<T>(index(plan_.constant_count + g.count.nodes));
    for (int i = 0; i < plan_.constant_count; ++i) constants_.data()[i] = static_cast<T>(plan_.constants[i]);
    for (int id = 0; id < g.count.nodes; ++id) {
      graph::location& w = where_[index(id)];
      if (w.space != graph::space::extent) continue;
      constants_.data()[plan_.constant_count + id] = static_cast<T>(number(w.index));
      w = {graph::space::constant, plan_.constant_count + id, {}};
    }
  }
  /// The one symbol of a program planned by the compiler, rounded up so that every offset stays aligned.
  long padded_batch() const {
    const graph::graph_view& g = plan_.s.g;
    for (int i = 0; i < g.count.shapes; ++i)
      for (int a = 0; a < g.shapes[i].rank; ++a) {
        int e = g.shapes[i][a];
        if (e >= 0) continue;
        if (g.extents[-1 - e].kind == graph::extent_kind::product) e = g.extents[-1 - e].b;
        return (number(e) + graph::alignment - 1) / graph::alignment * graph::alignment;
      }
    return 0;
  }
  T* own_address(const graph::location& w) const {
    if (w.space == graph::space::constant) return constants_.data() + w.index;
    return w.offset.fixed >= 0 ? arena_.data() + w.offset.fixed : batch_part_ + w.offset.per_batch * batch_;
  }

  // Pools never grow after this: steps hold pointers into them.
  void reserve_pools() {
    std::size_t in = 0, out = 0;
    for (int i = 0; i < plan_.f.step_count; ++i)
      in += index(plan_.f.steps[i].inputs), out += index(plan_.f.steps[i].outputs);
    steps_.reserve(index(plan_.f.step_count));
    pointers_.reserve(in + out);
    strides_.reserve((in + out + index(plan_.f.step_count)) * max_rank + 2 * out);
    folded_.assign(out, nullptr);
    row_sums_at_.assign(out, nullptr);
  }
  T** take_pointer(int node) {
    const graph::location& w = where_[index(graph::owner(plan_.s.g, plan_.s.copied, node))];
    pointers_.push_back(external(w) ? nullptr : own_address(w));
    if (external(w)) patches_.push_back({&pointers_.back(), w.space, w.index});
    return &pointers_.back();
  }

  bound_step<T> bind(int at) {
    const graph::op_info* op = plan_.f.steps[at].op;
    return op == nullptr ? bind_loop(at) : op->kind == graph::kind::region ? bind_region(at) : bind_own(at);
  }
  bound_step<T> bind_region(int at) {
    bound_step<T> b;
    b.number = at;
    const graph::plan_step& step = plan_.f.steps[at];
    if (plan_.body(plan_.s.g[step.node].args[2]).s.g.loop.blocks)
      b.blocks = std::make_unique<bound_blocks<T>>(*this, step);
    else b.region = std::make_unique<bound_region<T>>(*this, step);
    return b;
  }
  bound_step<T> bind_own(int at) {
    const graph::plan_step& step = plan_.f.steps[at];
    const graph::node& n = plan_.s.g[step.node];
    bound_step<T> b;
    b.number = at;
    b.own = &plan_.own[plan_.kernel[at]];
    b.args.shape = shape_of(step.node);
    b.args.attr = plan_.s.g.attributes_of(step.node);
    for (int i = -1; i < n.op->arity; ++i) {
      const int node = i < 0 ? step.node : n.args[i];
      if (i >= 0) b.args.in_shape[i] = shape_of(node);
      const graph::location& w = where_[index(graph::owner(plan_.s.g, plan_.s.copied, node))];
      if (external(w)) own_patches_.push_back({index(at), i, w.space, w.index});
      else if (i < 0) b.args.out = own_address(w);
      else b.args.in[i] = own_address(w);
    }
    if (b.own->scratch != nullptr) scratch_size_ = std::max(scratch_size_, b.own->scratch(b.args));
    return b;
  }

  /// The extents of the joined axes; the innermost comes last.
  int joined(const graph::plan_step& step, const dims& space, std::ptrdiff_t* extent) const {
    int n = 0;
    for (int a = 0; a < space.rank; ++a) {
      if (step.starts >> a & 1u) extent[n++] = 1;
      if (n > 0) extent[n - 1] *= space[a];
    }
    return n;
  }
  /// Appends an operand's stride along each outer joined axis; 0 where it is repeated or folded.
  void push_strides(const graph::plan_step& step, const dims& space, const dims& operand, unsigned folded) {
    std::ptrdiff_t stride[max_rank]{}, run = 1;
    const int lead = space.rank - operand.rank, axes = std::popcount(step.starts);
    bool open = true;
    for (int a = space.rank - 1, n = axes; a >= 0 && n > 0; --a) {
      const bool still = graph::repeated(operand, space, a) || (folded >> a & 1u);
      if (open && space[a] != 1) stride[n - 1] = still ? 0 : run, open = false;
      if (a >= lead) run *= number(operand[a - lead]);
      if (step.starts >> a & 1u) --n, open = true;
    }
    for (int i = 0; i + 1 < axes; ++i) strides_.push_back(stride[i]);
  }

  bound_step<T> bind_loop(int at) {
    const graph::plan_step& step = plan_.f.steps[at];
    const dims& space = plan_.s.g.shapes[step.shape];
    bound_step<T> b;
    b.number = at;
    b.kernel = plan_.loops[plan_.kernel[at]];
    std::ptrdiff_t extent[max_rank]{1};
    const int axes = joined(step, numbers(space), extent);
    kernels::loop<T>& l = b.loop;
    l.outer_axes = axes > 0 ? axes - 1 : 0;
    l.columns = axes > 0 ? extent[axes - 1] : 1;
    l.outer = strides_.data() + strides_.size();
    for (int i = 0; i < l.outer_axes; ++i) strides_.push_back(extent[i]), l.rows *= extent[i];
    bind_operands(step, space, l);
    bind_results(step, space, b);
    return b;
  }
  void bind_operands(const graph::plan_step& step, const dims& space, kernels::loop<T>& l) {
    l.in_stride = strides_.data() + strides_.size();
    for (int i = 0; i < step.inputs; ++i) {
      const graph::input_ref& ref = plan_.f.inputs[step.first_input + i];
      T** const slot = take_pointer(ref.source);
      if (i == 0) l.in = const_cast<const T**>(slot);
      push_strides(step, space, plan_.s.g.shape_of(ref.source), 0);
    }
  }
  void bind_results(const graph::plan_step& step, const dims& space, bound_step<T>& b) {
    kernels::loop<T>& l = b.loop;
    const unsigned inner = std::bit_floor(step.starts);
    l.out_stride = strides_.data() + strides_.size();
    std::vector<folded> results(index(step.outputs));
    for (int i = 0; i < step.outputs; ++i) {
      const int node = plan_.f.outputs[step.first_output + i];
      T** const slot = take_pointer(node);
      if (i == 0) l.out = slot;
      const bool reduces = plan_.s.g.kind_of(node) == graph::kind::reduction;
      const unsigned mask = reduces ? static_cast<unsigned>(plan_.s.g.attributes_of(node).value[0]) : 0;
      push_strides(step, space, kept(space, mask), mask);
      results[index(i)] = {reduces ? static_cast<std::ptrdiff_t>(kernels::step_args<T>::size(shape_of(node))) : 0,
                           reduces && ((mask & inner) == 0 || (mask & step.starts & ~inner) != 0), (mask & inner) != 0};
    }
    b.tasks = divide(l.rows, l.columns, results);
    l.partial = folded_.data() + step.first_output;
    l.row_sums = row_sums_at_.data() + step.first_output;
    // A loop of one element folds nothing: its kernel writes results at once.
    for (const folded& f : results)
      b.accumulates =
          b.accumulates || (step.starts != 0 && (f.rows || (f.columns && b.tasks.by_columns && b.tasks.count > 1)));
    if (b.accumulates) reserve_partials(b, results);
  }
  void reserve_partials(bound_step<T>& b, const std::vector<folded>& results) {
    b.loop.partial_size = strides_.data() + strides_.size();
    for (const folded& f : results) strides_.push_back(f.size);
    b.loop.partial_step = strides_.data() + strides_.size();
    for (const folded& f : results) strides_.push_back(b.tasks.share(f) ? 0 : f.size);
    accumulating_.push_back({index(b.number), partial_count_});
    for (const folded& f : results) partial_count_ += static_cast<std::size_t>(f.size * b.tasks.copies(f));
  }
  static dims kept(dims d, unsigned mask) {
    for (int a = 0; a < d.rank; ++a)
      if (mask >> a & 1u) d[a] = 1;
    return d;
  }
  void finish_pools() {
    scratch_ = aligned_buffer<T>(scratch_size_);
    partials_ = aligned_buffer<double>(partial_count_);
    row_sums_ = aligned_buffer<T>(partial_count_);
    for (bound_step<T>& b : steps_) b.args.scratch = scratch_.data();
    for (const accumulating& a : accumulating_) {
      const graph::plan_step& step = plan_.f.steps[steps_[a.step].number];
      kernels::loop<T>& l = steps_[a.step].loop;
      for (std::size_t i = 0, at = a.first; i < index(step.outputs); ++i) {
        if (l.partial_size[i] == 0) continue;
        l.partial[i] = partials_.data() + at;
        l.row_sums[i] = row_sums_.data() + at;
        at += static_cast<std::size_t>(l.partial_step[i] == 0 ? l.partial_size[i]
                                                              : l.partial_step[i] * steps_[a.step].tasks.count);
      }
    }
  }

  struct accumulating {
    std::size_t step, first;
  };

  const plan_view<T> plan_;
  std::vector<int> extents_;
  std::vector<dims> shapes_;
  std::vector<graph::location> where_;
  std::vector<late_output> late_;
  aligned_buffer<T> arena_, constants_, scratch_, row_sums_;
  aligned_buffer<double> partials_;
  std::size_t arena_size_ = 0;
  T* batch_part_ = nullptr;
  long batch_ = 0;
  std::vector<bound_step<T>> steps_;
  std::vector<T*> pointers_;
  std::vector<std::ptrdiff_t> strides_;
  std::vector<double*> folded_;
  std::vector<T*> row_sums_at_;
  std::vector<accumulating> accumulating_;
  std::size_t scratch_size_ = 0, partial_count_ = 0;
  std::vector<patch> patches_;
  std::vector<own_patch> own_patches_;
};

} // namespace fluxpp::inline v0_1::eval
