// SPDX-License-Identifier: MIT
// Extents: arithmetic on numbers, symbols and formulas, equalities, and their values at a call.
#include "catch.hpp"

#include "fluxpp/graph/extents.hpp"

#include <vector>

using fluxpp::graph::extent_kind;
using fluxpp::graph::extent_table;
using fluxpp::graph::floor_quotient;
using fluxpp::graph::value_of;

namespace {

/// The value of an extent when the symbol of key k is values[k].
int value(const extent_table& t, int extent, const std::vector<int>& values) {
  if (extent >= 0) return extent;
  std::vector<int> known;
  for (int i = 0; i < t.size(); ++i)
    known.push_back(t[i].kind == extent_kind::symbol ? values[static_cast<std::size_t>(t[i].a)]
                                                     : static_cast<int>(value_of(t[i], known.data())));
  return known[static_cast<std::size_t>(-1 - extent)];
}

constexpr bool numbers_are_computed_at_once() {
  extent_table t;
  return t.product(6, 7) == 42 && t.sum(6, 7) == 13 && t.shifted(6, -2) == 4 && t.quotient(7, 2) == 3 && t.size() == 1;
}
constexpr bool equal_formulas_are_one() {
  extent_table t;
  const int n = t.symbol(1), m = t.symbol(2);
  return t.symbol(1) == n && t.product(n, m) == t.product(m, n) && t.sum(n, m) == t.sum(m, n) &&
         t.product(2, t.product(3, n)) == t.product(n, 6) && t.shifted(t.shifted(n, 5), -3) == t.shifted(n, 2) &&
         t.shifted(t.shifted(n, 4), -4) == n && t.quotient(t.product(6, n), 3) == t.product(2, n) &&
         t.quotient(n, 1) == n && t.product(1, n) == n && t.product(0, n) == 0 && t.sum(n, 0) == n;
}
constexpr bool no_extent_is_minus_one() {
  extent_table t;
  return t.symbol(0) != -1;
}
constexpr bool a_number_stands_for_a_symbol_that_equals_it() {
  extent_table t;
  const int n = t.symbol(1), m = t.symbol(2);
  t.equate(n, m, "rule", 3);
  t.equate(m, 4, "rule", 4);
  return t.resolve(n) == 4 && t.resolve(m) == 4 && t.constraints().size() == 2 && t.product(n, 2) == 8;
}
constexpr bool what_is_known_to_be_equal_needs_no_check() {
  extent_table t;
  const int n = t.symbol(1), m = t.symbol(2);
  t.equate(n, n, "rule", 0);
  t.equate(n, m, "rule", 0);
  t.equate(m, n, "rule", 0);
  t.equate(t.product(n, 3), t.product(3, m), "rule", 0);
  return t.constraints().size() == 1;
}

constexpr bool a_multiple_is_decided_for_numbers_and_checked_for_names() {
  extent_table t;
  const int n = t.symbol(1);
  const bool decided = t.require_multiple(6, 3, "rule", 0) && !t.require_multiple(7, 3, "rule", 0) &&
                       !t.require_multiple(6, 0, "rule", 0) && t.require_multiple(t.product(6, n), 3, "rule", 0);
  return decided && t.constraints().empty() && t.require_multiple(n, 3, "rule", 0) && t.constraints().size() == 1;
}

static_assert(numbers_are_computed_at_once());
static_assert(equal_formulas_are_one());
static_assert(no_extent_is_minus_one());
static_assert(a_number_stands_for_a_symbol_that_equals_it());
static_assert(what_is_known_to_be_equal_needs_no_check());
static_assert(a_multiple_is_decided_for_numbers_and_checked_for_names());

} // namespace

TEST_CASE("extents: numbers are computed at once, equal formulas are one", "[graph]") {
  CHECK(numbers_are_computed_at_once());
  CHECK(equal_formulas_are_one());
  CHECK(no_extent_is_minus_one());
}

TEST_CASE("extents: equalities let one extent stand for others and leave one check", "[graph]") {
  CHECK(a_number_stands_for_a_symbol_that_equals_it());
  CHECK(what_is_known_to_be_equal_needs_no_check());
}

TEST_CASE("extents: a multiple is decided for numbers and checked at the call for names", "[graph]") {
  CHECK(a_multiple_is_decided_for_numbers_and_checked_for_names());
}

TEST_CASE("extents: formulas have the value of their arithmetic for any symbols", "[graph]") {
  extent_table t;
  const int n = t.symbol(0), m = t.symbol(1);
  const int window = t.quotient(t.shifted(n, 2 - 3), 2), flat = t.product(t.product(n, m), 5);
  const int joined = t.sum(t.shifted(n, -7), t.product(m, 4)), count = t.shifted(t.quotient(n, 3), 1);
  for (const int a : {0, 1, 6, 7, 8, 100})
    for (const int b : {0, 1, 13}) {
      const std::vector<int> at{a, b};
      CHECK(value(t, window, at) == floor_quotient(a - 1, 2));
      CHECK(value(t, flat, at) == a * b * 5);
      CHECK(value(t, joined, at) == a - 7 + 4 * b);
      CHECK(value(t, count, at) == a / 3 + 1);
    }
}

TEST_CASE("extents: quotients round down, also below zero; a number never falls below zero", "[graph]") {
  CHECK(floor_quotient(-1, 2) == -1);
  CHECK(floor_quotient(-2, 2) == -1);
  CHECK(floor_quotient(-3, 2) == -2);
  CHECK(floor_quotient(3, 2) == 1);
  extent_table t;
  CHECK(t.shifted(3, -5) == 0);
}

TEST_CASE("extents: large numbers in a product are no shifts", "[graph]") {
  extent_table t;
  const int n = t.symbol(0), many = t.product(1 << 30, n);
  CHECK(value(t, many, {1}) == 1 << 30);
}

TEST_CASE("extents: a chain of equalities over symbols and a formula ends at the oldest", "[graph]") {
  extent_table t;
  const int n = t.symbol(0), twice = t.product(2, n), m = t.symbol(1), k = t.symbol(2);
  t.equate(k, m, "a", 1);
  t.equate(m, twice, "b", 2);
  CHECK(t.resolve(k) == twice);
  CHECK(t.resolve(m) == twice);
  t.equate(twice, 6, "c", 3); // a formula keeps its value; the equality is checked
  CHECK(t.resolve(k) == twice);
  CHECK(t.constraints().size() == 3);
}
