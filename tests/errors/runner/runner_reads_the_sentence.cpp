// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::twice(n): n must be odd"
// runner-refuses: "the sentence is not in the first 10 lines"

#ifndef FLUXPP_FIXED
static_assert(sizeof(char) == 2, "fluxpp::twice(n): n must be even");
#endif
