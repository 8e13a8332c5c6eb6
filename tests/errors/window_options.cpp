// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "size, stride and dilation must be positive, and the padding of a pool smaller than its size"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int pad = 1;
#else
constexpr int pad = 2;
#endif
constexpr auto total = [](auto x) { return fx::sum(fx::max_pool2d(x, {.size = 2, .pad = pad})); };
float f(const xt::xtensor_fixed<float, xt::xshape<1, 3, 9, 9>>& x) { return fx::compile(total)(x); }
