// SPDX-License-Identifier: MIT
#pragma once
// scan: a part of a program that runs once per element of arrays and hands values on from run to run.
#include "fluxpp/graph/regions.hpp"
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/copy.hpp"
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/vars.hpp"

#include <utility>

namespace fluxpp::inline v0_1 {

/// scan_options: see scan.
struct scan_options {
  bool reverse = false;   ///< from the last element to the first
  int runs = 0;           ///< so many, where there are no arrays
  bool recompute = false; ///< derivatives compute the values of a run again instead of keeping them
  bool rewind = false;    ///< they keep no more than log2 n carries either, and run the scan again from those
  var lengths = {}; ///< [n]: of each of n sequences, which stand side by side along the first axis of a run's values
};

namespace ops {

/// v as an output of region r: in storage of its own, inside.
constexpr var own_output(graph::tape& t, int r, var v, list<int>& outputs) {
  v = own_value(v, outputs);
  if (t.region_of(v.id) != r) { // the same in every run
    graph::node n{&info<copy>, {v.id, -1, -1, -1}, t[v.id].shape, t.intern(graph::make_attributes(outputs.size(), r))};
    v.id = t.push(n);
    t.settle(v.id, r);
  }
  outputs.push(v.id);
  return v;
}
/// The nodes that region r has as outputs so far.
constexpr list<int> outputs_of(const graph::tape& t, int r) {
  list<int> out;
  for (const graph::region::carry& c : t.regions[r].carries) out.push(c.next);
  for (const graph::region::stack& s : t.regions[r].stacks) out.push(s.inside);
  return out;
}
/// Has v stacked by region r, or as one of the columns of a result; which of its stacks it is.
constexpr int add_stack(graph::tape& t, int r, var v, int column = 0, int columns = 0) {
  list<int> outputs = outputs_of(t, r);
  const int inside = own_output(t, r, v, outputs).id;
  t.regions[r].stacks.push({inside, -1, column, columns});
  return t.regions[r].stacks.size() - 1;
}
/// Has region r run again only after runs in which this scalar is not 0.
constexpr void set_again(graph::tape& t, int r, var again) {
  list<int> outputs = outputs_of(t, r);
  t.regions[r].again = own_output(t, r, again, outputs).id;
}
/// The next value of carry number i; it must have the shape of the first.
constexpr void set_next(graph::tape& t, int r, int i, var next) {
  const dims shape = t.shape_of(t.regions[r].carries[i].inside);
  next = fitted(next, shape, "scan", graph::rule::carry);
  list<int> outputs;
  for (int k = 0; k < i; ++k) outputs.push(t.regions[r].carries[k].next);
  t.regions[r].carries[i].next = own_output(t, r, next, outputs).id;
}

/// The number of runs over arrays: their leading extent, which must be one.
constexpr int runs_over(graph::tape& t, const list<var>& arrays, int runs) {
  for (const var& x : arrays) {
    if (x.rank() == 0) {
      t.fail(graph::rule::slices, x.shape(), {});
      return 1;
    }
    const int n = t.extents.resolve(x.extent(0));
    if (&x == arrays.begin()) runs = n;
    else if (n >= 0 && runs >= 0 && n != runs) t.fail(graph::rule::slices, arrays[0].shape(), x.shape());
    else t.extents.equate(runs, n, "scan", t.line);
  }
  return runs;
}

/// run_region(t, body, carry, arrays, options, most): body(carry, elements) -> {carry, outs, again} as a region; the carry
/// after the last run, and the outs of all. At most `most` runs if it exists, none after one with an `again` of 0.
template <class Body, class Carry, class Arrays>
constexpr auto run_region(graph::tape& t, const Body& body, const Carry& carry, const Arrays& arrays,
                          const scan_options& o, var most = {}) {
  const list<var> initial = vars_of(t, carry), over = vars_of(t, arrays);
  const int runs = runs_over(t, over, o.runs), r = t.open(), outside = std::exchange(t.current_region, r);
  t.regions[r].reverse = o.reverse, t.regions[r].recompute = o.recompute || o.rewind, t.regions[r].rewinds = o.rewind;
  if (most.exists()) t.regions[r].most = most.id;
  list<var> inside;
  for (const var& v : initial) inside.push(graph::add_carry(t, r, v));
  for (const var& v : over) inside.push(graph::add_slice(t, r, v));
  int at = 0;
  const auto entry = like<Carry>(inside, at);
  const auto [next, outs, again] = body(entry, like<Arrays>(inside, at));
  const list<var> carries = vars_of(t, next), stacks = vars_of(t, outs);
  const bool complete = carries.size() == initial.size();
  if (!complete) t.fail(graph::rule::carry, make_dims(initial.size()), make_dims(carries.size()));
  for (int i = 0; i < initial.size(); ++i) set_next(t, r, i, complete ? carries[i] : inside[i]);
  for (const var& v : stacks) add_stack(t, r, v);
  if (again.exists()) set_again(t, r, again);
  t.current_region = outside;
  graph::close(t, r, runs);
  list<var> results;
  for (int i = 0; i < initial.size(); ++i) results.push(graph::result_of(t, r, graph::result_role::last, i));
  for (int i = 0; i < stacks.size(); ++i) results.push(graph::result_of(t, r, graph::result_role::stack, i));
  at = 0;
  auto last = like<Carry>(results, at);
  return std::pair{last, like<std::remove_cvref_t<decltype(outs)>>(results, at)};
}

/// The tape of the first var of a call of `name`, which is recorded next; line 0 is not known.
template <class... V> constexpr graph::tape& tape_of_call(const char* name, int line, const V&... v) {
  graph::tape* const t = tape_in(v...);
  if (t == nullptr) throw value_error(name, "it needs an argument of the function, not plain numbers alone");
  if (line != 0) t->note(line);
  return *t;
}

/// v where the sequences, along its first axis, go on, else other.
constexpr var while_they_last(var goes_on, var v, var other) {
  dims column = make_dims(goes_on.extent(0));
  while (column.rank < v.rank()) column = column.with(1);
  return operation<select>::unnamed(reshape::apply(goes_on, column), v, other);
}
template <class V> constexpr auto while_they_last(graph::tape& t, var goes_on, const V& v, const list<var>& others) {
  const list<var> all = vars_of(t, v);
  list<var> out;
  for (int i = 0; i < all.size(); ++i)
    out.push(while_they_last(goes_on, all[i], others.empty() ? t.constant(0) : others[i < others.size() ? i : 0]));
  int at = 0;
  return like<V>(out, at);
}

struct scan_function {
  template <class Body, class Carry, class Arrays>
  constexpr auto operator()(const Body& body, const Carry& carry, const Arrays& arrays, const scan_options& o = {},
                            int line = __builtin_LINE()) const {
    graph::tape& t = tape_of_call("scan", line, carry, arrays);
    if (o.lengths.exists()) return over_sequences(t, body, carry, arrays, o);
    const auto run = [&body](const auto& c, const auto& elements) {
      const auto [next, outs] = body(c, elements);
      return std::tuple{next, outs, var()};
    };
    return run_region(t, run, carry, arrays, o);
  }

private:
  /// Behind the end of a sequence its carries stay what they are, and outs are 0.
  template <class Body, class Carry, class Arrays>
  static constexpr auto over_sequences(graph::tape& t, const Body& body, const Carry& carry, const Arrays& arrays,
                                       const scan_options& o) {
    const auto run = [&](const auto& c, const auto& elements) {
      const auto [next, outs] = body(c, std::get<0>(elements));
      const var goes_on = operation<less>::unnamed(std::get<1>(elements), o.lengths);
      return std::tuple{while_they_last(t, goes_on, next, vars_of(t, c)), while_they_last(t, goes_on, outs, {}), var()};
    };
    const var number = iota::apply(t, runs_over(t, vars_of(t, arrays), o.runs));
    return run_region(t, run, carry, std::tuple{arrays, number}, o);
  }
};

} // namespace ops

/// scan(body, carry, arrays, {.reverse, .runs, .recompute, .rewind, .lengths}): runs body(carry, elements) -> std::pair{carry, out}
/// once per element of the leading axis of the arrays; the pair of the carry after the last run and the outs of all runs,
/// stacked. Carry, arrays and outs are a var or a tuple of such; arrays may be an empty tuple, then there are `runs` runs.
/// The body may use any var from outside; what does not change from run to run is computed once. With `lengths`, carries
/// and outs begin with an axis of sequences: behind the end of one its carries stay what they are, and its outs are 0.
/// shapes   arrays [n, a] -> elements [a]; out [b] -> [n, b]; the carry keeps its shape
/// grad     of any order; values of the runs that a derivative needs are kept, of cheap operations computed again; with
///          .recompute only the carries are kept, with .rewind, in first derivatives, log2 n of them, and each run
///          is repeated log2 n / 2 times
/// errors   compile: the next carry has another shape than the carry, arrays have no or different leading extents;
///          run: so with named extents (shape_error)
/// source   Bradbury et al. 2018, JAX, jax.lax.scan
/// example  auto [h, hs] = fx::scan([&](auto h, auto x) { h = fx::tanh(fx::matmul(h, w) + x); return std::pair{h, h}; }, h0, xs);
inline constexpr ops::scan_function scan{};

} // namespace fluxpp::inline v0_1
