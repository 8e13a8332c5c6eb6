// SPDX-License-Identifier: MIT
#pragma once
// A runner evaluates one plan again and again: it keeps a binding per set of extents and checks what must hold of them.
#include "fluxpp/eval/executor.hpp"
#include "fluxpp/graph/evaluator.hpp"

namespace fluxpp::inline v0_1::eval {

/// runner<T>(plan): owns all memory of a program's evaluations, for the last sets of extents.
/// CheckFinite belongs to the plan of a checked program: a value that is not finite is an error.
template <class T, bool CheckFinite = false> class runner {
public:
  explicit runner(const plan_view<T>& plan)
      : plan_(&plan), extents_(static_cast<std::size_t>(plan.s.g.count.extents)) {}

  eval::externals<T> externals;

  /// Reads the symbols' values, checks them, and binds the plan if they have not been seen before.
  /// errors   run: extents that must agree differ (shape_error); the binding and all arguments stay as they were
  template <class ValueOfSymbol, class Symbols>
  void bind(const ValueOfSymbol& value_of_symbol, const Symbols& symbols) {
    bool changed = bound_ == nullptr;
    for (int e = 0; e < plan_->s.g.count.extents; ++e) {
      const graph::extent_entry& entry = plan_->s.g.extents[e];
      const long long n = entry.kind != graph::extent_kind::symbol ? graph::value_of(entry, extents_.data())
                          : entry.a == int{graph::block_symbol}    ? graph::block_rows
                                                                   : value_of_symbol(entry.a);
      if (n > graph::largest_extent)
        throw shape_error("call", "an extent of the program is " + std::to_string(n) + ", which is more than " +
                                      std::to_string(graph::largest_extent));
      extents_[static_cast<std::size_t>(e)] = static_cast<int>(n);
      changed = changed || bound_->extents()[static_cast<std::size_t>(e)] != n;
    }
    if (changed) rebind(symbols);
  }
  /// compute() runs all steps, commit() writes over the inputs that the plan did not write in place; run() is both.
  /// errors   compute: an index or a value that a step refuses (value_error); then inputs are as they were
  void compute() { eval::run<CheckFinite>(*bound_, externals); }
  void commit() { bound_->write_back(externals); }
  void run() { compute(), commit(); }

  binding<T>& bound() const { return *bound_; }
  /// Whether compute() may write over the array that begins at p.
  bool overwrites(const T* p) const { return bound_->overwrites(p); }
  T* address(int output) const { return bound_->address(plan_->s.g.outputs[output], externals); }
  const dims& shape_of(int output) const { return bound_->shape_of(plan_->s.g.outputs[output]); }

private:
  static constexpr std::size_t most_bindings = 16;

  template <class Symbols> void rebind(const Symbols& symbols) {
    check(symbols);
    for (const auto& b : bindings_)
      if (b->extents() == extents_) {
        bound_ = b.get();
        return;
      }
    auto made = std::make_unique<binding<T>>(*plan_, extents_);
    if (bindings_.size() >= most_bindings) drop_oldest();
    bindings_.push_back(std::move(made));
    bound_ = bindings_.back().get();
  }
  /// Not the one that is bound: arguments may lie in its workspace.
  void drop_oldest() { bindings_.erase(bindings_.begin() + (bindings_.front().get() == bound_ ? 1 : 0)); }
  int value(int e) const { return e >= 0 ? e : extents_[static_cast<std::size_t>(-1 - e)]; }
  bool is_symbol(int e) const { return e < 0 && plan_->s.g.extents[-1 - e].kind == graph::extent_kind::symbol; }
  int key(int e) const { return plan_->s.g.extents[-1 - e].a; }

  template <class Symbols> std::string describe(int e, const Symbols& symbols) const {
    if (e >= 0) return "the program's extent";
    if (!is_symbol(e)) return "an extent computed from the arguments";
    return "axis " + std::to_string(symbols.axis(key(e))) + " of " + symbols.argument(key(e));
  }
  template <class Symbols> void check(const Symbols& symbols) const {
    for (int i = 0; i < plan_->s.g.count.constraints; ++i) {
      const graph::constraint& c = plan_->s.g.constraints[i];
      const int a = value(c.a), b = value(c.b);
      if (graph::holds(c.relation, a, b)) continue;
      const bool equal = c.relation == graph::relation::equal, swap = equal && is_symbol(c.b);
      const int of = swap ? c.b : c.a, other = swap ? c.a : c.b;
      const std::string wanted = equal ? describe(other, symbols) + " is " + std::to_string(value(other))
                                       : "it must " + (graph::text_of(c.relation) + std::to_string(b));
      throw shape_error(c.rule,
                        describe(of, symbols) + " is " + std::to_string(value(of)) + ", but " + wanted +
                            error::in_source(c.line),
                        is_symbol(of) ? symbols.argument(key(of)) : std::string(),
                        is_symbol(of) ? symbols.axis(key(of)) : -1, value(other), value(of));
    }
  }

  const plan_view<T>* plan_;
  std::vector<int> extents_; // of the call that is being bound
  std::vector<std::unique_ptr<binding<T>>> bindings_;
  binding<T>* bound_ = nullptr;
};

} // namespace fluxpp::inline v0_1::eval
