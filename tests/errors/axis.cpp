// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: an axis must lie in [-rank, rank)"
// expected-error: "extents<4>"
// expected-error: "extents<2>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int axis = -1;
#else
constexpr int axis = 2;
#endif
constexpr auto largest = [](auto x) { return fx::max(x, axis); };
double f(const std::array<double, 4>& x) { return fx::compile(largest)(x); }
