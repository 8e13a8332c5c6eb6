// SPDX-License-Identifier: MIT
// Ten random programs, compiled.
#include "laws/random_programs.hpp"

TEST_CASE("random programs agree with the reference, seeds 100 to 109", "[laws]") {
  laws::check_seeds<100>(std::make_integer_sequence<unsigned, 10>{});
}
