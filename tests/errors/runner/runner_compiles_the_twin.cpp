// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::twice(n): n must be even"
// runner-refuses: "the corrected twin does not compile"

static_assert(sizeof(char) == 2, "fluxpp::twice(n): n must be even");
