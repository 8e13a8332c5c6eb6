// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::twice(n): n must be even"
// max-chars: 20
// runner-refuses: "characters, at most 20 allowed"

#ifndef FLUXPP_FIXED
static_assert(sizeof(char) == 2, "fluxpp::twice(n): n must be even");
#endif
