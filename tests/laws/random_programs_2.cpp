// SPDX-License-Identifier: MIT
// Ten random programs, compiled.
#include "laws/random_programs.hpp"

TEST_CASE("random programs agree with the reference, seeds 200 to 209", "[laws]") {
  laws::check_seeds<200>(std::make_integer_sequence<unsigned, 10>{});
}
