// SPDX-License-Identifier: MIT
#pragma once
// The extent table of a program: symbols, formulas over them, and what must hold when they are bound.
#include "fluxpp/core/shape.hpp"

namespace fluxpp::inline v0_1::graph {

/// The key of the rows that a run sees of arrays taken block by block, and how many these are but in the last run.
inline constexpr unsigned block_symbol = 0;
inline constexpr int block_rows = 128;

enum class extent_kind : int { symbol, product, sum, quotient, difference };

/// extent_entry: a symbol (a = key) or a formula over two encoded extents: a * b, a + b, floor(a / b), a - b.
struct extent_entry {
  extent_kind kind = extent_kind::symbol;
  int a = 0;
  int b = 0;
  constexpr bool operator==(const extent_entry&) const = default;
  constexpr unsigned hash() const {
    return mix(mix(mix(2166136261u, static_cast<unsigned>(kind)), static_cast<unsigned>(a)), static_cast<unsigned>(b));
  }
};

/// What must hold of two extents: a == b, a >= b, or that the number b > 0 divides a.
enum class relation : int { equal, at_least, multiple_of };
constexpr bool holds(relation r, int a, int b) {
  return r == relation::equal ? a == b : r == relation::at_least ? a >= b : a % b == 0;
}
/// What an extent must be, as messages say it.
constexpr const char* text_of(relation r) {
  return r == relation::equal ? "equal " : r == relation::at_least ? "be at least " : "be a multiple of ";
}

/// constraint: a check made once per call, before any work.
struct constraint {
  int a = 0;
  int b = 0;
  graph::relation relation = relation::equal;
  const char* rule = "";
  int line = 0;
};

/// The number inside a sum a + b may be negative, so it is stored as a, away from the encoded extents.
inline constexpr int shift_bias = 1 << 29;
constexpr bool is_shift(int a) { return a > shift_bias / 2; }

constexpr int floor_quotient(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// extent_table: builds encoded extents; arithmetic on numbers is done at once, on symbols it adds a formula.
class extent_table {
public:
  /// Entry 0 is no symbol, so that no extent of an array is -1: fx::reshape(x, {-1, 3}) keeps its meaning.
  constexpr extent_table() { encode({extent_kind::product, 1, 1}); }

  constexpr int symbol(unsigned key) { return encode({extent_kind::symbol, static_cast<int>(key), 0}); }

  constexpr int product(int a, int b) {
    a = resolve(a), b = resolve(b);
    if (a >= 0 && b >= 0) return a * b;
    if (a == 1) return b;
    if (b == 1) return a;
    if (a == 0 || b == 0) return 0;
    if (a < b) return product(b, a);
    if (a >= 0 && at(b).kind == extent_kind::product && at(b).a >= 0) return product(a * at(b).a, at(b).b);
    return encode({extent_kind::product, a, b});
  }

  constexpr int sum(int a, int b) {
    a = resolve(a), b = resolve(b);
    if (a >= 0 && b >= 0) return a + b;
    if (a >= 0) return shifted(b, a);
    if (b >= 0) return shifted(a, b);
    return encode({extent_kind::sum, a < b ? b : a, a < b ? a : b});
  }

  /// a + k, with a number k that may be negative; no number is below 0.
  constexpr int shifted(int a, int k) {
    a = resolve(a);
    if (a >= 0) return a + k < 0 ? 0 : a + k;
    if (k == 0) return a;
    if (at(a).kind == extent_kind::sum && shift_of(a) != 0) return shifted(at(a).b, shift_of(a) + k);
    return encode({extent_kind::sum, shift_code(k), a});
  }

  /// a - b for extents of which one has a name; a must not be less than b.
  constexpr int difference(int a, int b) {
    a = resolve(a), b = resolve(b);
    if (b >= 0) return shifted(a, -b);
    return a == b ? 0 : encode({extent_kind::difference, a, b});
  }

  constexpr int quotient(int a, int by) {
    a = resolve(a);
    if (a >= 0) return floor_quotient(a, by);
    if (by == 1) return a;
    if (at(a).kind == extent_kind::product && at(a).a >= 0 && at(a).a % by == 0) return product(at(a).a / by, at(a).b);
    return encode({extent_kind::quotient, a, by});
  }

  /// The extent that stands for e after all equalities seen so far.
  constexpr int resolve(int e) const {
    while (e < 0 && parent_[-1 - e] != e) e = parent_[-1 - e];
    return e;
  }

  /// Records that a and b must be equal and lets one stand for both where a symbol is free.
  constexpr void equate(int a, int b, const char* rule, int line) {
    a = resolve(a), b = resolve(b);
    if (a == b) return;
    constraints_.push({a, b, relation::equal, rule, line});
    if (a < 0 && b < 0 && a < b && at(a).kind == extent_kind::symbol) parent_[-1 - a] = b;
    else if (b < 0 && at(b).kind == extent_kind::symbol && (a >= 0 || b < a)) parent_[-1 - b] = a;
    else if (a < 0 && at(a).kind == extent_kind::symbol && b >= 0) parent_[-1 - a] = b;
  }
  constexpr void require_at_least(int a, int bound, const char* rule, int line) {
    for (const constraint& c : constraints_)
      if (c.relation == relation::at_least && c.a == a && (c.b == bound || (bound >= 0 && c.b >= bound))) return;
    constraints_.push({a, bound, relation::at_least, rule, line});
  }
  /// Whether a is a multiple of the number by, or may be: where a has a name, that is checked at the call.
  constexpr bool require_multiple(int a, int by, const char* rule, int line) {
    a = resolve(a);
    if (by <= 0 || a >= 0) return by > 0 && a % by == 0;
    if (product(quotient(a, by), by) != a) constraints_.push({a, by, relation::multiple_of, rule, line});
    return true;
  }

  constexpr const extent_entry& at(int e) const { return entries_[-1 - e]; }
  constexpr int size() const { return entries_.size(); }
  constexpr const extent_entry& operator[](int i) const { return entries_[i]; }
  constexpr const list<constraint>& constraints() const { return constraints_; }

private:
  static constexpr int shift_code(int k) { return shift_bias + k; }
  constexpr int shift_of(int e) const { return is_shift(at(e).a) ? at(e).a - shift_bias : 0; }

  constexpr int encode(const extent_entry& entry) {
    const int i = entries_(entry);
    while (parent_.size() <= i) parent_.push(-1 - parent_.size());
    return -1 - i;
  }

  interner<extent_entry> entries_;
  list<int> parent_;
  list<constraint> constraints_;
};

/// Extents are ints; formulas over them are computed wider, so that what does not fit can be refused.
inline constexpr long long largest_extent = 0x7fffffff;

/// value_of(entry, values): the number of an entry, given those of the entries before it; may exceed largest_extent.
constexpr long long value_of(const extent_entry& entry, const int* values) {
  auto number = [&](int e) -> long long { return e >= 0 ? e : values[-1 - e]; };
  switch (entry.kind) {
  case extent_kind::product: return number(entry.a) * number(entry.b);
  case extent_kind::sum: return (is_shift(entry.a) ? entry.a - shift_bias : number(entry.a)) + number(entry.b);
  case extent_kind::difference: return number(entry.a) - number(entry.b);
  case extent_kind::quotient:
    return floor_quotient(static_cast<int>(number(entry.a)), static_cast<int>(number(entry.b)));
  default: return 0;
  }
}

} // namespace fluxpp::inline v0_1::graph
