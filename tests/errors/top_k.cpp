// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::top_k(x, k, axis): k must lie in [0, n], n the extent of the axis"
// expected-error: "extents<4>"
// expected-error: "extents<5>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int k = 4;
#else
constexpr int k = 5;
#endif
constexpr auto best = [](auto x) { return fx::sum(fx::top_k(x, k).values); };
double f(const std::array<double, 4>& x) { return fx::compile(best)(x); }
