// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::permute(x, order): the order must name each axis of x once"
// expected-error: "extents<2, 3>"
// expected-error: "extents<1, 1>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr fx::axes order{1, 0};
#else
constexpr fx::axes order{1, 1};
#endif
constexpr auto turned = [](auto x) { return fx::sum(fx::permute(x, order), 0); };
float f(const xt::xtensor_fixed<float, xt::xshape<2, 3>>& x) { return fx::compile(turned)(x)[0]; }
