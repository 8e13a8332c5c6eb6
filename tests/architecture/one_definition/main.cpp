// SPDX-License-Identifier: MIT
// Links all translation units: equal results, no symbol twice, and each keeps its own answer to a logarithm of -1.

#include "program.hpp"

#include <cmath>

static bool throws(double (*f)(double, double)) {
  try {
    f(-1.0, 0.25);
    return false;
  } catch (const fluxpp::value_error&) { return true; }
}

int main() {
  const double expected = first(1.5, 0.25);
  const bool equal = second(1.5, 0.25) == expected && std::abs(checked(1.5, 0.25) - expected) < 1e-12;
  const bool apart = throws(&checked) && !throws(&first) && !throws(&second);
  return equal && apart && evaluator_of_first() != evaluator_of_checked() ? 0 : 1;
}
