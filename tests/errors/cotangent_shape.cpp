// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::vjp(f)(x, ybar): the cotangent must have the shape of the result, or be one number"
// expected-error: "extents<3>"
// expected-error: "extents<2>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using cotangent = std::array<double, 3>;
#else
using cotangent = std::array<double, 2>;
#endif
constexpr auto waves = [](auto x) { return fx::sin(x); };
double f(const std::array<double, 3>& x, const cotangent& ybar) { return fx::vjp(waves)(x, ybar).value[0]; }
