// SPDX-License-Identifier: MIT
// A function that forgets to return.
// expected-error: "fluxpp: a function must return one value: a number, or what it computed from its arguments"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto twice = [](auto x) { return x * 2.0; };
#else
constexpr auto twice = [](auto x) { (void)(x * 2.0); };
#endif
double f(double x) { return fx::compile(twice)(x), 0.0; }
