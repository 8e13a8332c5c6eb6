// SPDX-License-Identifier: MIT
#pragma once
// Gradients in large tables of which a program reads few rows: these rows alone, and their numbers.
#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/graph/regions.hpp"
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/gather.hpp"

namespace fluxpp::inline v0_1 {

/// sparse_rows: the gradient in a table [v, d]: rows [b, d], of which row k belongs to row indices[k] of the table. A
/// number may come several times, its rows add up; rows that are not named have the gradient 0.
template <class Indices, class Rows> struct sparse_rows {
  Indices indices;
  Rows rows;
};

/// function_by_rows: a function whose gradients in the named arguments are sparse_rows; made by fx::by_rows.
template <class F, text... Tables> struct function_by_rows : F {
  static_assert(((names_of<F>::type::template at<Tables> >= 0) && ...),
                "fluxpp::by_rows<names>(f): each name must be a name that fx::function<names>(f) gave to an argument");
  using tables = names<Tables...>;
};

/// fx::by_rows<"table">(f): f, whose gradients in the named arguments are sparse_rows in fx::grad and
/// fx::value_and_grad: neither memory nor time of the size of a table is spent on them.
/// errors   compile: f reads a table other than by gather (embedding) along its first axis, or inside a loop
/// source   Agarwal et al. 2016, arXiv:1605.08695, section 4.2 (IndexedSlices)
/// example  tests/autodiff/by_rows_test.cpp
template <text... Tables, class F> constexpr function_by_rows<F, Tables...> by_rows(F) { return {}; }

namespace autodiff {

/// Whether node id reads rows of its operand 0 by indices that are known in every run of what y belongs to.
constexpr bool reads_rows(const graph::tape& t, int id, var y) {
  return t[id].op == &ops::info<ops::gather> && ops::gathers_rows(t, id) &&
         t.meeting(t.region_of(id), t.region_of(y.id)) == t.region_of(y.id);
}

/// The rows that a program reads of a table, which must be all that it reads of it.
constexpr list<var> rows_read(graph::tape& t, var table, var y) {
  list<var> rows;
  bool alone = true;
  for (int id = table.id + 1; id < t.size(); ++id) {
    bool reads = false;
    graph::each_operand(t, id, [&](int a) { reads = reads || a == table.id; });
    if (!reads) continue;
    alone = alone && reads_rows(t, id, y);
    rows.push({t, id});
  }
  if (!alone || rows.empty()) t.fail(graph::rule::by_rows, table.shape(), {});
  if (rows.empty()) rows.push(table);
  return rows;
}

/// The numbers of rows that were read, as a vector.
constexpr var numbers_of(var rows) {
  const graph::node& n = (*rows.tape)[rows.id];
  const var index = n.op == &ops::info<ops::gather> ? var(*rows.tape, n.args[1]) : rows;
  return ops::reshape::apply(index, make_dims(index.shape()[0]));
}

/// row_reader: hands out results number First, ... as gradients; those of tables with the numbers of their rows, which
/// follow the gradients.
template <class Get, class Tables, int First, text... Wrt> struct row_reader {
  const Get& get;
  template <int Index> constexpr auto operator()() const {
    constexpr bool by_rows[]{(Tables::template at<Wrt> >= 0)..., false};
    constexpr int at = Index - First < 0 ? int{sizeof...(Wrt)} : Index - First;
    if constexpr (!by_rows[at]) {
      return get.template operator()<Index>();
    } else {
      constexpr int before = [&] {
        int n = 0;
        for (int i = 0; i < at; ++i) n += by_rows[i] ? 1 : 0;
        return n;
      }();
      auto indices = get.template operator()<First + int{sizeof...(Wrt)} + before>();
      auto rows = get.template operator()<Index>();
      return sparse_rows<decltype(indices), decltype(rows)>{std::move(indices), std::move(rows)};
    }
  }
};

/// Results: the value if wanted, a gradient for each name, the numbers of the rows of each table.
template <class F, text... Tables, bool WithValue, text... Wrt>
struct gradient_transform<function_by_rows<F, Tables...>, WithValue, Wrt...> {
  using function = function_by_rows<F, Tables...>;
  using all = typename names_of<F>::type;
  using wrt_names = std::conditional_t<sizeof...(Wrt) == 0, all, names<Wrt...>>;
  template <int N> static constexpr int from_function = N;

  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> x = pinned(args);
    ((x[all::template at<Tables>] = ops::pin::apply(x[all::template at<Tables>])), ...);
    const var y = graph::call<F, N>(t, x);
    require_scalar(t, y);
    const list<int> at = positions<F, N, Wrt...>();
    require_real(t, chosen(x, at));
    list<var> out, numbers, wrt = x;
    list<int> ends; // of what is read of each table, behind the arguments
    for (const int i : at) {
      if (is_table(i)) wrt.append(rows_read(t, x[i], y));
      ends.push(wrt.size());
    }
    const list<var> bar = adjoint(t, y, t.constant(1), wrt);
    if (WithValue) out.push(y);
    for (int k = 0, next = N; k < at.size(); ++k) {
      list<var> rows, from;
      for (; next < ends[k]; ++next) rows.push(bar[next]), from.push(numbers_of(wrt[next]));
      out.push(is_table(at[k]) ? fluxpp::concat(rows, 0) : bar[at[k]]);
      if (is_table(at[k])) numbers.push(fluxpp::concat(from, 0));
    }
    out.append(numbers);
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return read<T>(get, wrt_names{});
  }

private:
  static constexpr bool is_table(int i) { return ((all::template at<Tables> == i) || ...); }
  template <class T, class Get, text... Each> static constexpr auto read(const Get& get, names<Each...>) {
    constexpr int first = WithValue ? 1 : 0, count = sizeof...(Each);
    const row_reader<Get, names<Tables...>, first, Each...> rows{get};
    if constexpr (WithValue) return value_then_gradients<count, wrt_names, T>(rows);
    else return gradients_or_one<count, wrt_names, T>(rows);
  }
};

} // namespace autodiff
} // namespace fluxpp::inline v0_1
