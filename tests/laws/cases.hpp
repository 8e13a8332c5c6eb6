// SPDX-License-Identifier: MIT
#pragma once
// Functions whose programs, with all their derivatives, contain every operation that is no elementwise one: the laws run over
// this table, and an operation that is listed in ops/ops.hpp and missing here is a compile error.
#include "ops/laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace laws {

/// operand: its shape where derivatives are checked, one that is divided among threads, and how many rows an index names.
struct operand {
  dims small, large;
  int rows[2]{};
};

/// law_case: a function of up to four operands. Where a program of ones does not show how many roundings meet in an element
/// (products), they are stated.
struct law_case {
  const char* name;
  function f;
  operand operands[4]{};
  int roundings = 1;

  constexpr int arity() const {
    int n = 0;
    while (n < 4 && operands[n].small.rank > 0) ++n;
    return n;
  }
  /// The operands as arguments of a program.
  constexpr vars leaves(fx::graph::tape& t, bool large) const {
    vars all;
    for (int i = 0; i < arity(); ++i)
      all.push(leaf(t, large ? operands[i].large : operands[i].small, operands[i].rows[0] > 0));
    return all;
  }
};

constexpr var square(var x) { return x * x; }
constexpr operand array(const dims& small, const dims& large = make_dims(37, 53, 67)) { return {small, large}; }
constexpr operand index(int small, int small_rows, int large, int large_rows) {
  return {make_dims(small), make_dims(large), {small_rows, large_rows}};
}

inline constexpr operand cube = array(make_dims(2, 3, 5));
/// Well-conditioned matrices with eigenvalues well apart.
constexpr var conditioned(var x) { return 0.1 * x + fx::ops::on_diagonal(x) * (fx::ops::row_numbers(x) + 1.0); }
inline constexpr operand matrices = array(make_dims(2, 3, 3), make_dims(301, 11, 11));

inline constexpr operand image = array(make_dims(2, 4, 7, 6), make_dims(4, 16, 40, 44));

inline constexpr law_case cases[]{
    {"sums", [](const vars& a) { return fx::sum(square(a[0]), 1) * fx::mean(a[0], 1); }, {cube}},
    {"products", [](const vars& a) { return fx::prod(1.0 + 0.001 * a[0], 1); }, {cube}, 53},
    {"products of lines", [](const vars& a) { return fx::prod(1.0 + 0.001 * a[0]); }, {cube}, 37 + 53 + 67},
    {"largest and smallest", [](const vars& a) { return fx::max(square(a[0]), 2) * fx::min(a[0], 2); }, {cube}},
    {"extrema of outer axes",
     [](const vars& a) {
       return fx::max(square(a[0]), {0, 2}) * fx::min(a[0], {0, 2});
     },
     {cube}},
    {"spreads",
     [](const vars& a) {
       return fx::variance(a[0], {0, 2});
     },
     {cube}},
    {"constants", [](const vars& a) { return fx::stop_gradient(fx::floor(a[0])) * fx::ops::pin::apply(a[0]); }, {cube}},
    {"views", [](const vars& a) { return fx::flatten(square(a[0])) - fx::mean(a[0]); }, {cube}},
    {"positions", [](const vars& a) { return a[0] * fx::argmax(a[0], fx::axes{1}.kept()) + fx::argmin(a[0]); }, {cube}},
    {"counts", [](const vars& a) { return square(a[0]) * fx::iota(a[0], -1); }, {cube}},
    {"random numbers", [](const vars& a) { return square(a[0]) * fx::uniform_like(a[0]); }, {cube}},
    {"permutations",
     [](const vars& a) {
       return square(fx::permute(square(a[0]), {2, 0, 1}));
     },
     {cube}},
    {"parts",
     [](const vars& a) {
       return square(fx::pad(fx::slice(square(a[0]), 1, 0, -1, 2), 2, {2, 1}));
     },
     {cube}},
    {"pairs", [](const vars& a) { return square(fx::concat(a[0], square(a[0]), 1)); }, {cube}},
    {"triples",
     [](const vars& a) {
       return square(fx::concat({a[0], a[0], square(a[0])}, 0));
     },
     {cube}},
    {"quadruples",
     [](const vars& a) {
       return square(fx::concat({a[0], a[0], a[0], square(a[0])}, 2));
     },
     {cube}},
    {"rows by index",
     [](const vars& a) { return fx::gather(square(a[0]), a[1]); },
     {array(make_dims(5, 3), make_dims(37, 53, 11)), index(7, 5, 301, 37)}},
    {"largest by index",
     [](const vars& a) { return square(fx::maximum(fx::scatter_max(a[0], a[1], 37), -10.0)); },
     {array(make_dims(7, 3), make_dims(301, 53, 11)), index(7, 5, 301, 37)}},
    {"running sums", [](const vars& a) { return square(fx::cumsum(square(a[0]), 1)); }, {cube}},
    {"running products", [](const vars& a) { return fx::cumprod(1.0 + 0.001 * a[0], 1); }, {cube}, 53},
    {"products of others",
     [](const vars& a) { return fx::prod(1.0 + 0.001 * a[0], 1) * fx::sum(a[0], 1); },
     {cube},
     53},
    {"recurrences",
     [](const vars& a) { return square(fx::linear_recurrence(fx::tanh(a[0]), a[1], 1)); },
     {cube, cube},
     53},
    {"orders", [](const vars& a) { return square(fx::sort(a[0], 1)); }, {cube}},
    {"places", [](const vars& a) { return a[0] * fx::searchsorted(fx::sort(a[1]), a[0]); }, {cube, cube}},
    {"labels",
     [](const vars& a) { return fx::cross_entropy(square(a[0]), a[1]); },
     {array(make_dims(4, 5), make_dims(3001, 53)), index(4, 5, 3001, 53)}},
    {"matrix products",
     [](const vars& a) { return square(fx::matmul(a[0], a[1])); },
     {array(make_dims(3, 4), make_dims(150, 130)), array(make_dims(4, 5), make_dims(130, 170))}},
    {"products of batches",
     [](const vars& a) { return square(fx::matmul(a[0], a[1])); },
     {cube, array(make_dims(2, 5, 4), make_dims(37, 67, 41))}},
    {"convolutions",
     [](const vars& a) {
       return square(fx::conv2d(a[0], a[1], {.stride = {2, 1}, .pad = 1, .groups = 2}));
     },
     {image, array(make_dims(6, 2, 3, 3), make_dims(24, 8, 3, 3))}},
    {"windows",
     [](const vars& a) {
       return square(fx::fold(fx::unfold(square(a[0]), 2), {a[0].extent(2), a[0].extent(3)}, 2));
     },
     {image}},
    {"resampling", [](const vars& a) { return square(fx::upsample(square(a[0]), 2)); }, {image}},
    {"samples",
     [](const vars& a) { return fx::grid_sample(square(a[0]), fx::tanh(a[1])); },
     {image, array(make_dims(2, 3, 5, 2), make_dims(4, 41, 43, 2))},
     16},
    {"attention",
     [](const vars& a) { return square(fx::attention(a[0], a[1], a[2])); },
     {array(make_dims(2, 3, 5), make_dims(3, 150, 32)), array(make_dims(2, 7, 5), make_dims(3, 170, 32)),
      array(make_dims(2, 7, 3), make_dims(3, 170, 24))},
     170 * 32},
    {"triangles",
     [](const vars& a) {
       const var x = conditioned(a[0]);
       return square(fx::triangular_solve(fx::cholesky(fx::matmul(x, fx::transpose(x))), a[1]));
     },
     {matrices, array(make_dims(2, 3, 2), make_dims(301, 11, 7))}},
    {"systems",
     [](const vars& a) {
       const var x = conditioned(a[0]);
       return fx::solve(x, square(a[1])) * fx::reshape(fx::det(0.5 * x) + fx::logdet(x), {x.extent(0), 1, 1});
     },
     {matrices, array(make_dims(2, 3, 2), make_dims(301, 11, 7))}},
    {"bases",
     [](const vars& a) {
       const var x = conditioned(a[0]);
       const auto [q, r] = fx::qr(x);
       const auto [u, s, vh] = fx::svd(x);
       const auto [w, v] = fx::eigh(x);
       return square(fx::matmul(q, r)) + fx::matmul(u, vh) * fx::reshape(s + w, {x.extent(0), 1, -1}) + square(v);
     },
     {matrices}},
    {"alignments",
     [](const vars& a) {
       const var x = fx::log_softmax(a[0]), targets = fx::reshape(a[1] + 1.0, {x.extent(1), -1});
       return square(fx::ctc_loss(x, targets, 4.0, 2.0));
     },
     {array(make_dims(5, 3, 4), make_dims(13, 300, 7)), index(6, 3, 900, 6)}},
    {"pools",
     [](const vars& a) {
       return fx::max_pool2d(square(a[0]), {.size = 3, .stride = 2}) * fx::avg_pool2d(a[0], {.size = 3, .stride = 2});
     },
     {image}},
};
inline constexpr int case_count = static_cast<int>(std::size(cases));

/// met<Case, List>: which operations of a list the program of a case contains.
template <int Case, class List> struct met;
template <int Case, class... Op> struct met<Case, fx::ops::op_list<Op...>> {
  static constexpr std::array<bool, sizeof...(Op)> in() {
    const fx::graph::op_info* const infos[]{&fx::ops::info<Op>...};
    std::array<bool, sizeof...(Op)> found{};
    fx::graph::tape t;
    derivatives(t, cases[Case].f, cases[Case].leaves(t, true));
    for (int id = 0; id < t.size(); ++id)
      for (std::size_t k = 0; k < found.size(); ++k) found[k] = found[k] || t[id].op == infos[k];
    return found;
  }
  static constexpr std::array<bool, sizeof...(Op)> value = in();
};

/// exercised<Op, Met>: instantiated for every listed operation; the compiler names the one that no law meets.
template <class Op, bool Met> struct exercised {
  static_assert(Met, "laws/cases.hpp: a function of the table must use this operation, or its derivatives must");
  static constexpr bool value = Met;
};
template <class... Op, int... Case>
constexpr bool all_exercised(fx::ops::op_list<Op...> list, std::integer_sequence<int, Case...>) {
  using list_type = decltype(list);
  constexpr auto found = [] {
    std::array<bool, sizeof...(Op)> any{};
    for (const auto& one : {met<Case, list_type>::value...})
      for (std::size_t k = 0; k < any.size(); ++k) any[k] = any[k] || one[k];
    return any;
  }();
  return [&]<std::size_t... K>(std::index_sequence<K...>) { return (exercised<Op, found[K]>::value && ...); }
  (std::index_sequence_for<Op...>{});
}
template <class List> constexpr bool all_exercised() {
  return all_exercised(List{}, std::make_integer_sequence<int, case_count>{});
}

} // namespace laws
