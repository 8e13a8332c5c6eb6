// SPDX-License-Identifier: MIT
// A derivative inside another function takes as many arguments as the function it is of.
// expected-error: "fluxpp::f(args): one argument for each argument of f, in order"
// expected-error: "argument_count<1, 2>"
// max-errors: 2
// max-chars: 4500 (two functions, one inside the other, are explained)
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto area = fx::function<"w", "h">([](auto w, auto h) { return w * h; });
#ifdef FLUXPP_FIXED
constexpr auto slope = [](auto w) { return fx::grad<"w">(area)(w, w); };
#else
constexpr auto slope = [](auto w) { return fx::grad<"w">(area)(w); };
#endif
double f() { return fx::compile(slope)(2.0); }
