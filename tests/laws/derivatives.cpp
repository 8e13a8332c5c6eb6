// SPDX-License-Identifier: MIT
// The laws of derivatives over every operation that is no elementwise one: dot product, differences, second order, shapes,
// named extents.
#include "laws/cases.hpp"

static_assert(laws::all_exercised<fluxpp::ops::reduction_list>());
static_assert(laws::all_exercised<fluxpp::ops::view_list>());
static_assert(laws::all_exercised<fluxpp::ops::step_list>());

namespace {

/// An operand with its values: indices go through all rows, out of order; other values are the law's own.
laws::argument argument_of(const laws::operand& o) {
  laws::argument a{o.small, {}, o.rows[0] > 0};
  for (int i = 0; a.index && i < o.small[0]; ++i) a.values.push_back((i * 3 + 1) % o.rows[0]);
  return a;
}

} // namespace

TEST_CASE("every operation of the table obeys the laws of derivatives", "[laws]") {
  for (const laws::law_case& c : laws::cases) {
    std::vector<laws::argument> arguments;
    for (int i = 0; i < c.arity(); ++i) arguments.push_back(argument_of(c.operands[i]));
    laws::check(c.name, c.f, arguments, {{2, 4}});
  }
}
