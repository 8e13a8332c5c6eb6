// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::interpolate(x, extents): x must be [n, channels, ...], with one positive extent for each ..."
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int rows = 3;
#else
constexpr int rows = 0;
#endif
constexpr auto total = [](auto x) { return fx::sum(fx::interpolate(x, {rows, 8})); };
float f(const xt::xtensor_fixed<float, xt::xshape<1, 8, 4, 4>>& x) { return fx::compile(total)(x); }
