// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::jvp(f)(x, dx): the tangent of an argument must have its shape, or be one number"
// expected-error: "extents<3>"
// expected-error: "extents<4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using direction = std::array<double, 3>;
#else
using direction = std::array<double, 4>;
#endif
constexpr auto total = [](auto x) { return fx::sum(x); };
double f(const std::array<double, 3>& x, const direction& dx) { return fx::jvp(total)(x, dx).tangent; }
