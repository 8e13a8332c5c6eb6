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

/// quotient{count, known}: what is left of `count` elements after extents that are known.
struct quotient {
  bool decided = true; ///< no symbol is left on either side
  bool equal = false;  ///< nothing is left
  bool exact = true;   ///< known divides count
  int extent = 1;      ///< count / known, when exact

  constexpr quotient(graph::extent_table& t, factors count, const factors& known) {
    for (const int s : known.symbols) decided = count.divide(s) && decided;
    exact = decided && known.number != 0 && count.number % known.number == 0;
    decided = decided && count.symbols.empty();
    equal = decided && count.number == known.number;
    if (!exact) return;
    extent = count.number / known.number;
    for (const int s : count.symbols) extent = t.product(extent, s);
  }
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
  const quotient left(t.extents, factors_of(t.extents, x.shape()), factors_of(t.extents, known));
  if (unknown > 1 || (unknown == 1 && !left.exact) || (unknown == 0 && left.decided && !left.equal))
    t.fail(graph::rule::reshape, x.shape(), shape);
  else if (unknown == 0 && !left.equal)
    t.extents.equate(element_count(t, x.shape()), element_count(t, known), "reshape", t.line);
  if (unknown > 0) shape[found] = left.extent;
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
