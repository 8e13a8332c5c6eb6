// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::twice(n): n must be even"
// runner-refuses: "2 errors, at most 1 allowed"

#ifndef FLUXPP_FIXED
static_assert(sizeof(char) == 2, "fluxpp::twice(n): n must be even");
static_assert(sizeof(char) == 3, "fluxpp::twice(n): n must be even");
#endif
