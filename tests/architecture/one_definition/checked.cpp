// SPDX-License-Identifier: MIT

#define FLUXPP_CHECK_FINITE 1
#include "program.hpp"

double checked(double x, double y) { return value_and_slope(x, y); }
const void* evaluator_of_checked() { return default_evaluator(); }
