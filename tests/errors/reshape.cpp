// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::reshape(x, shape): the shape must have as many elements as x"
// expected-error: "extents<2, 3>"
// expected-error: "extents<4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int all = 6;
#else
constexpr int all = 4;
#endif
constexpr auto total = [](auto x) { return fx::sum(fx::reshape(x, {all})); };
float f(const xt::xtensor_fixed<float, xt::xshape<2, 3>>& x) { return fx::compile(total)(x); }
