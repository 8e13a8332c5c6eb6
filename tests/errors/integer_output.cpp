// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::grad(f): f must be differentiable: its result or an argument to differentiate is an index or a truth value"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto best = [](auto x) { return fx::max(x); };
#else
constexpr auto best = [](auto x) { return fx::argmax(x); };
#endif
auto f() { return fx::grad(best)(std::array{1.0, 3.0, 2.0}); }
