// SPDX-License-Identifier: MIT
// The laws of a quarter of the elementwise operations.
#include "laws/elementwise.hpp"

TEST_CASE("elementwise operations obey the laws, part 4 of 4", "[laws]") { laws::check_part<3, 4>(); }
