// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::concat(a, b, axis): all extents but that of the axis must be equal"
// expected-error: "extents<2, 3>"
// expected-error: "extents<2, 4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int axis = 1;
#else
constexpr int axis = 0;
#endif
constexpr auto total = [](auto x, auto y) { return fx::sum(fx::concat(x, y, axis)); };
using left = xt::xtensor_fixed<float, xt::xshape<2, 3>>;
using right = xt::xtensor_fixed<float, xt::xshape<2, 4>>;
float f(const left& x, const right& y) { return fx::compile(total)(x, y); }
