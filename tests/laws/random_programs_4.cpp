// SPDX-License-Identifier: MIT
// Ten random programs, compiled.
#include "laws/random_programs.hpp"

TEST_CASE("random programs agree with the reference, seeds 400 to 409", "[laws]") {
  laws::check_seeds<400>(std::make_integer_sequence<unsigned, 10>{});
}
