// SPDX-License-Identifier: MIT
// Quotients of constants are constants where they are finite numbers, and are computed by the program elsewhere.
#include "catch.hpp"

#include <fluxpp/ops/arithmetic.hpp>

#include <limits>

namespace fx = fluxpp;

namespace {

/// Whether a / b is recorded as a constant of this value.
constexpr bool becomes(double a, double b, double value) {
  fx::graph::tape t;
  const fx::var y = t.constant(a) / t.constant(b);
  return t[y.id].op == &fx::graph::constant_op && t[y.id].value == value;
}
constexpr bool is_computed(double a, double b) {
  fx::graph::tape t;
  return t[(t.constant(a) / t.constant(b)).id].op == &fx::ops::info<fx::ops::div>;
}

} // namespace

TEST_CASE("a quotient of constants is a constant where it is a finite number") {
  static_assert(becomes(1, 4, 0.25) && becomes(-3, 2, -1.5) && becomes(0, 5, 0) && becomes(1e-300, 1e-200, 1e-100));
  static_assert(is_computed(1, 0) && is_computed(0, 0) && is_computed(1e200, 1e-200) && is_computed(1, -0.0));
  static_assert(is_computed(std::numeric_limits<double>::infinity(), 2));
  static_assert(is_computed(1, std::numeric_limits<double>::quiet_NaN()));
  CHECK(becomes(1, 4, 0.25));
}
