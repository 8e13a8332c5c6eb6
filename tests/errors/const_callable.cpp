// SPDX-License-Identifier: MIT
// A compiled function owns its workspace.
// expected-error: "fluxpp: a compiled function keeps its workspace in itself: call one that is not const, or a copy"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto twice = [](auto x) { return x * 2.0; };
#ifdef FLUXPP_FIXED
auto g = fx::compile(twice);
#else
const auto g = fx::compile(twice);
#endif
double f(double x) { return g(x); }
