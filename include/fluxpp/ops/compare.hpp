// SPDX-License-Identifier: MIT
#pragma once
// less, less_equal, greater, greater_equal, equal, not_equal: comparisons, 1 where they hold and 0 elsewhere.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// What the comparisons share: no derivative, exact.
struct comparison : elementwise<2> {
  static constexpr int cost = 1;
  static constexpr bool integer = true, foldable = true;
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 1.5}, std::array{3.0, 1.5}};
  static constexpr double max_ulp = 0;
};

/// less(a, b): 1 where a < b, else 0; a NaN is less than nothing. Also written a < b.
struct less : comparison {
  static constexpr auto name = "less";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a < b, V(1), V(0));
  }
};

/// less_equal(a, b): 1 where a <= b, else 0. Also written a <= b.
struct less_equal : comparison {
  static constexpr auto name = "less_equal";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a <= b, V(1), V(0));
  }
};

/// greater(a, b): 1 where a > b, else 0. Also written a > b.
struct greater : comparison {
  static constexpr auto name = "greater";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a > b, V(1), V(0));
  }
};

/// greater_equal(a, b): 1 where a >= b, else 0. Also written a >= b.
struct greater_equal : comparison {
  static constexpr auto name = "greater_equal";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a >= b, V(1), V(0));
  }
};

/// equal(a, b): 1 where a and b are equal, else 0; NaN equals nothing.
struct equal : comparison {
  static constexpr auto name = "equal";
  static constexpr bool commutative = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a == b, V(1), V(0));
  }
};

/// not_equal(a, b): 1 where a and b differ, else 0; NaN differs from everything.
struct not_equal : comparison {
  static constexpr auto name = "not_equal";
  static constexpr bool commutative = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a != b, V(1), V(0));
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
};

constexpr bool is_comparison(const graph::op_info* op) {
  return op == &info<less> || op == &info<less_equal> || op == &info<greater> || op == &info<greater_equal> ||
         op == &info<equal> || op == &info<not_equal>;
}
constexpr int not_equal::rewrite(graph::tape& t, const graph::node& n) {
  for (int i = 0; i < 2; ++i)
    if (is_constant(t, n.args[1 - i], 0) && is_comparison(t[n.args[i]].op)) return n.args[i];
  return -1;
}

} // namespace ops
inline constexpr operation<ops::less> less{};
inline constexpr operation<ops::less_equal> less_equal{};
inline constexpr operation<ops::greater> greater{};
inline constexpr operation<ops::greater_equal> greater_equal{};
inline constexpr operation<ops::equal> equal{};
inline constexpr operation<ops::not_equal> not_equal{};

namespace graph {
constexpr var operator<(located a, located b) { return fluxpp::less(a.value, b.value, a.line); }
constexpr var operator<=(located a, located b) { return fluxpp::less_equal(a.value, b.value, a.line); }
constexpr var operator>(located a, located b) { return fluxpp::greater(a.value, b.value, a.line); }
constexpr var operator>=(located a, located b) { return fluxpp::greater_equal(a.value, b.value, a.line); }
} // namespace graph
} // namespace fluxpp::inline v0_1
