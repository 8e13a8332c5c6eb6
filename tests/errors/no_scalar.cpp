// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::grad(f): f must return a scalar; reduce it (fx::sum, fx::mean) or use fx::jacobian or fx::vjp"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto squares = [](auto x) { return fx::sum(x * x); };
#else
constexpr auto squares = [](auto x) { return x * x; };
#endif
auto f() { return fx::grad(squares)(std::array{1.0, 3.0, 2.0}); }
