// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::solve(a, b): b must have as many rows as a"
// expected-error: "extents<3, 3>"
// expected-error: "extents<4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

using left = xt::xtensor_fixed<double, xt::xshape<3, 3>>;
#ifdef FLUXPP_FIXED
using right = xt::xtensor_fixed<double, xt::xshape<3>>;
#else
using right = xt::xtensor_fixed<double, xt::xshape<4>>;
#endif
constexpr auto first = [](auto a, auto b) { return fx::max(fx::solve(a, b)); };
double f(const left& a, const right& b) { return fx::compile(first)(a, b); }
