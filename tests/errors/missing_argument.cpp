// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::f(args): one argument for each argument of f, in order"
// expected-error: "argument_count<1, 2>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto area = fx::function<"width", "height">([](auto w, auto h) { return w * h; });
#ifdef FLUXPP_FIXED
double f() { return fx::grad<"height">(area)(2.0, 3.0); }
#else
double f() { return fx::grad<"height">(area)(2.0); }
#endif
