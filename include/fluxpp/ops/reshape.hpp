// SPDX-License-Identifier: MIT
#pragma once
// reshape, flatten: the functions a user calls; the view itself stands beside sum and broadcast in broadcast.hpp.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// extent_list: extents as a user writes them, {x.extent(0), -1, 3}; -1 is the one to be found.
struct extent_list {
  dims extents;

  template <std::same_as<int>... Int> constexpr extent_list(Int... e) : extents(make_dims(e...)) {}
  constexpr extent_list(const dims& d) : extents(d) {}
};

/// factors: an extent as a number times symbols and formulas that are no products.
struct factors {
  int number = 1;
  list<int> symbols;

  constexpr void multiply(const graph::extent_table& t, int e) {
    e = t.resolve(e);
    if (e >= 0) {
      number *= e;
    } else if (t.at(e).kind == graph::extent_kind::product) {
      multiply(t, t.at(e).a);
      multiply(t, t.at(e).b);
    } else {
      symbols.push(e);
    }
  }
  /// The symbols times a number, as an extent.
  constexpr int times(graph::extent_table& t, int n) const {
    for (const int s : symbols) n = t.product(n, s);
    return n;
  }
  /// Takes a symbol out, if it is there.
  constexpr bool divide(int symbol) {
    for (int& s : symbols) {
      if (s != symbol) continue;
      s = symbols.back();
      symbols.pop();
      return true;
    }
    return false;
  }
};
constexpr factors factors_of(const graph::extent_table& t, const dims& d) {
  factors f;
  for (int i = 0; i < d.rank; ++i) f.multiply(t, d[i]);
  return f;
}

/// quotient{count, known}: `count` elements over extents that are known, without what is found in both.
struct quotient {
  int left = 1;       ///< of count
  int by = 1;         ///< of known, a number
  bool named = false; ///< so are names of known

  constexpr quotient(graph::extent_table& t, factors count, const factors& known) : by(known.number) {
    for (const int s : known.symbols) named = !count.divide(s) || named;
    const bool exact = by != 0 && count.number % by == 0;
    left = count.times(t, exact ? count.number / by : count.number);
    if (exact) by = 1;
  }
  constexpr bool equal() const { return !named && left == by; }
  constexpr bool decided() const { return !named && left >= 0; }
};

/// reshaped(x, shape): x with other extents, at most one of them -1; the number of elements must stay.
constexpr var reshaped(var x, dims shape) {
  graph::tape& t = *x.tape;
  dims known;
  int unknown = 0, found = 0;
  for (int i = 0; i < shape.rank; ++i) {
    if (shape[i] != -1) known = known.with(shape[i]);
    else found = i, ++unknown;
  }
  const quotient q(t.extents, factors_of(t.extents, x.shape()), factors_of(t.extents, known));
  if (unknown > 1 || (unknown == 1 && (q.named || !t.extents.require_multiple(q.left, q.by, "reshape", t.line))) ||
      (unknown == 0 && q.decided() && !q.equal()))
    t.fail(graph::rule::reshape, x.shape(), shape);
  else if (unknown == 0 && !q.equal())
    t.extents.equate(element_count(t, x.shape()), element_count(t, known), "reshape", t.line);
  if (unknown > 0) shape[found] = q.by > 0 ? t.extents.quotient(q.left, q.by) : 1;
  return reshape::apply(x, shape);
}

struct reshape_function {
  constexpr var operator()(var x, const extent_list& shape, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return reshaped(x, shape.extents);
  }
};
struct flatten_function {
  /// flatten() as a layer of a network.
  constexpr flatten_function operator()() const { return *this; }
  constexpr var operator()(var x, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() == 0) return reshape::apply(x, make_dims(1, 1));
    dims rest;
    for (int i = 1; i < x.rank(); ++i) rest = rest.with(x.shape()[i]);
    return reshape::apply(x, make_dims(x.shape()[0], element_count(*x.tape, rest)));
  }
};

} // namespace ops

/// reshape(x, {x.extent(0), -1}): the same elements in the same order under other extents; -1 stands for what is left.
/// shapes   x [a, b, c] -> [a, b c]
/// grad     ybar under the extents of x
/// errors   compile: the number of elements changes, or cannot be found; run: so with named extents (shape_error)
/// accuracy exact
inline constexpr ops::reshape_function reshape{};

/// flatten(x): all axes but the first as one.
/// shapes   x [n, a, b, ...] -> [n, a b ...]
/// grad     ybar under the extents of x
/// accuracy exact
inline constexpr ops::flatten_function flatten{};

} // namespace fluxpp::inline v0_1
