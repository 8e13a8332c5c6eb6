// SPDX-License-Identifier: MIT
// Links both translation units: equal results, and no symbol twice.

#include "program.hpp"

int main() { return first(1.5, 0.25) == second(1.5, 0.25) ? 0 : 1; }
