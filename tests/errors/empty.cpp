// SPDX-License-Identifier: MIT
// expected-error: "at least one element along the axes they reduce"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int end = 2;
#else
constexpr int end = 1;
#endif
constexpr auto largest = [](auto x) { return fx::max(fx::slice(x, 0, 1, end)); };
double f(const std::array<double, 4>& x) { return fx::compile(largest)(x); }
