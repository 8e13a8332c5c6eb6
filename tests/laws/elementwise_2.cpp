// SPDX-License-Identifier: MIT
// The laws of a quarter of the elementwise operations.
#include "laws/elementwise.hpp"

TEST_CASE("elementwise operations obey the laws, part 2 of 4", "[laws]") { laws::check_part<1, 4>(); }
