// SPDX-License-Identifier: MIT
// A value is not known while its program is written down.
// expected-error: "fluxpp: a program cannot branch on a value: use fx::select(condition, a, b)"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto slope = [](auto x) { return fx::select(x > 0.0, x, 0.1 * x); };
#else
constexpr auto slope = [](auto x) { return x > 0.0 ? x : 0.1 * x; };
#endif
double f(double x) { return fx::compile(slope)(x); }
