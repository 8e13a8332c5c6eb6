// SPDX-License-Identifier: MIT
#pragma once
// One program that several translation units instantiate, with and without the finite check.

#include <fluxpp/fluxpp.hpp>

inline constexpr auto energy =
    fluxpp::function<"x", "y">([](auto x, auto y) { return x * x * fluxpp::exp(y) + fluxpp::log(x); });

// Static: it calls what depends on FLUXPP_CHECK_FINITE.
static inline double value_and_slope(double x, double y) {
  auto [value, g] = fluxpp::value_and_grad<"x">(energy, fluxpp::cpu)(x, y);
  return value + g["x"] + fluxpp::grad<"y">(energy)(x, y);
}
/// Where this translation unit keeps the evaluator that it names.
static inline const void* default_evaluator() { return &fluxpp::cpu; }

double first(double x, double y);
double second(double x, double y);
double checked(double x, double y);
const void* evaluator_of_first();
const void* evaluator_of_checked();
