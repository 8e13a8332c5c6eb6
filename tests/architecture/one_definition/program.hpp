// SPDX-License-Identifier: MIT
#pragma once
// One program that two translation units instantiate.

#include <fluxpp/fluxpp.hpp>

inline constexpr auto energy =
    fluxpp::function<"x", "y">([](auto x, auto y) { return x * x * fluxpp::exp(y) + fluxpp::log(x); });

inline double value_and_slope(double x, double y) {
  auto [value, g] = fluxpp::value_and_grad<"x">(energy)(x, y);
  return value + g["x"];
}

double first(double x, double y);
double second(double x, double y);
