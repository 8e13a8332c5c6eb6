// SPDX-License-Identifier: MIT
// max-chars: 1700
// expected-error: "fluxpp::grad<names>(f): each name must be a name that fx::function<names>(f) gave to an argument"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto area = fx::function<"width", "height">([](auto w, auto h) { return w * h; });
#ifdef FLUXPP_FIXED
double f() { return fx::grad<"height">(area)(2.0, 3.0); }
#else
double f() { return fx::grad<"depth">(area)(2.0, 3.0); }
#endif
