// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::slice(x, axis, begin, end): the range must lie inside the axis"
// expected-error: "extents<4>"
// expected-error: "extents<0, 1, 5, 1>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int end = 4;
#else
constexpr int end = 5;
#endif
constexpr auto rest = [](auto x) { return fx::sum(fx::slice(x, 0, 1, end)); };
double f(const std::array<double, 4>& x) { return fx::compile(rest)(x); }
