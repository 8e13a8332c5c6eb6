// SPDX-License-Identifier: MIT
// A function without names takes as many arguments as it has.
// expected-error: "fluxpp::f(args): one argument for each argument of f, in order"
// expected-error: "argument_count<3, 0>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto area = [](auto w, auto h) { return w * h; };
#ifdef FLUXPP_FIXED
double f() { return fx::compile(area)(2.0, 3.0); }
#else
double f() { return fx::compile(area)(2.0, 3.0, 4.0); }
#endif
