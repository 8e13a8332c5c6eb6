// SPDX-License-Identifier: MIT
#pragma once
// row_optimizer: an update rule for a table of which every step moves few rows.
#include "fluxpp/autodiff/by_rows.hpp"
#include "fluxpp/core/arguments.hpp"
#include "fluxpp/graph/evaluator.hpp"
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/cumulative.hpp"
#include "fluxpp/ops/segment.hpp"
#include "fluxpp/ops/sort.hpp"
#include "fluxpp/optim/rules.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

namespace fluxpp::inline v0_1 {
namespace optim {

/// ordered_rows: a gradient by rows in the order of their numbers; rows of one number all hold the sum of these.
struct ordered_rows {
  var indices, rows;

  constexpr ordered_rows(var numbers, var gradient) {
    const var order = fluxpp::argsort(numbers), count = fluxpp::iota(numbers, 0);
    indices = fluxpp::gather(numbers, order);
    const var before = fluxpp::gather(indices, fluxpp::maximum(count - var(1.0), 0.0));
    const var group = fluxpp::cumsum(fluxpp::not_equal(indices, before), 0);
    const var sums = fluxpp::segment_sum(fluxpp::gather(gradient, order), group, numbers.extent(0));
    rows = fluxpp::gather(sums, group);
  }
};

/// row_step<Rule>: a step of a rule on the rows of a table that a gradient names, as a program: their numbers, the rows
/// after the step and their slots, for each number of the gradient.
template <update_rule Rule> struct row_step {
  using function = row_step;
  using argument_names = names<"table", "slots", "indices", "rows", "numbers">;
  template <int N> static constexpr int from_function = N;

  template <int N> static constexpr list<var> build(graph::tape&, const list<var>& args) {
    const ordered_rows g(args[2], args[3]);
    const var before = fluxpp::gather(args[1], g.indices);
    var slot[Rule::slots + 1], number[Rule::numbers + 1];
    for (int i = 0; i < Rule::slots; ++i) slot[i] = fluxpp::gather(before, i, 1);
    for (int i = 0; i < Rule::numbers; ++i) number[i] = fluxpp::gather(args[4], i);
    const auto after = Rule::step(fluxpp::gather(args[0], g.indices), g.rows, slot, number);
    list<var> out, slots;
    for (int i = 0; i < Rule::slots; ++i) slots.push(after.slot[i]);
    out.push(g.indices), out.push(after.x), out.push(fluxpp::stack(slots, 1));
    return out;
  }
  template <class T, int, class Get> static constexpr auto results(const Get& get) {
    return std::tuple{get.template operator()<0>(), get.template operator()<1>(), get.template operator()<2>()};
  }
};

/// zeros<T>: an array of zeros; the system gives memory for the parts that are written.
template <class T> struct zeros {
  struct release {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T[], release> data;
  explicit zeros(std::size_t n) : data(static_cast<T*>(std::calloc(n + 1, sizeof(T)))) {
    if (data == nullptr) throw std::bad_alloc();
  }
};

} // namespace optim
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// row_optimizer(rule, table): steps of an update rule on the rows of a table [v, d] that gradients by rows name (fx::by_rows).
/// Rows of one number are summed first. Rows that are not named stay as they are, and so do their slots: their moments do
/// not decay, nor do they meet weight decay or momentum ("lazy" Adam), while `t` counts all steps. For rules that change
/// nothing where the gradient is 0 (descent without momentum, adagrad) this is the dense step.
/// errors   run: an index that names no row, rows or a table of another shape; then nothing has changed
/// source   Kingma & Ba 2014, arXiv:1412.6980
/// example  tests/optim/row_optimizer_test.cpp
template <optim::update_rule Rule, class T, class Tag = cpu_tag> class row_optimizer {
public:
  Rule rule;

  template <class Table>
  row_optimizer(Rule r, const Table& table, Tag = {})
      : rule(r), rows_(arguments::argument_traits<Table>::size(table, 0)),
        columns_(arguments::argument_traits<Table>::size(table, 1)), slots_(rows_ * columns_ * Rule::slots) {}

  /// One step; table is contiguous.
  template <class Table, class Indices, class Rows> void step(Table& table, const sparse_rows<Indices, Rows>& g) {
    require_same_shape(table);
    if (g.indices.size() == 0) return void(++count_);
    const tensor_view<T, 2> x(table.data(), {rows_, columns_});
    const tensor_view<T, 3> slots(slots_.data.get(), {rows_, Rule::slots, columns_});
    std::array<double, Rule::numbers> numbers{};
    rule.numbers_at(count_ + 1, rule.lr, rule.usual_momentum(), numbers.data());
    std::array<T, Rule::numbers> rounded{};
    std::copy(numbers.begin(), numbers.end(), rounded.begin());
    const auto [indices, moved, after] = step_(x, slots, g.indices, g.rows, rounded);
    write(indices, moved, x.data(), columns_);
    write(indices, after, slots.data(), columns_ * Rule::slots);
    ++count_;
  }

private:
  template <class Table> void require_same_shape(const Table& table) const {
    using traits = arguments::argument_traits<Table>;
    static_assert(std::is_same_v<typename traits::element, T>,
                  "fluxpp::row_optimizer::step(table, g): table must have the element type of the first table");
    if (traits::size(table, 0) == rows_ && traits::size(table, 1) == columns_ && arguments::contiguous(table)) return;
    throw shape_error("row_optimizer::step(table, g)",
                      "table must be contiguous, [" + std::to_string(rows_) + ", " + std::to_string(columns_) + "]");
  }
  static void write(const auto& indices, const auto& rows, T* to, std::size_t n) {
    for (std::size_t k = 0; k < indices.size(); ++k)
      std::copy_n(rows.data() + k * n, n, to + static_cast<std::size_t>(indices[k]) * n);
  }

  std::size_t rows_, columns_;
  std::int64_t count_ = 0;
  optim::zeros<T> slots_;
  callable<optim::row_step<Rule>, Tag> step_;
};
template <class Rule, class Table, class Tag = cpu_tag>
row_optimizer(Rule, const Table&, Tag = {})
    -> row_optimizer<Rule, typename arguments::argument_traits<Table>::element, Tag>;

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
