// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::fold(y, image, size): y must be [n, channels times window, windows]"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int extent = 3;
#else
constexpr int extent = 4;
#endif
constexpr auto total = [](auto y) { return fx::sum(fx::fold(y, extent, 2)); };
float f(const xt::xtensor_fixed<float, xt::xshape<1, 8, 4>>& y) { return fx::compile(total)(y); }
