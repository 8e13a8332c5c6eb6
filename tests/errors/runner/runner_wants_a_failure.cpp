// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::twice(n): n must be even"
// runner-refuses: "it compiles"

int answer = 2;
