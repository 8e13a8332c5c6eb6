// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: operands of an elementwise operation must have equal extents, or extent 1, along each axis"
// expected-error: "extents<2, 3>"
// expected-error: "extents<4, 3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto total = [](auto a, auto b) { return fx::sum(a * b); };
#ifdef FLUXPP_FIXED
using right = xt::xtensor_fixed<float, xt::xshape<2, 3>>;
#else
using right = xt::xtensor_fixed<float, xt::xshape<4, 3>>;
#endif
float f(const xt::xtensor_fixed<float, xt::xshape<2, 3>>& a, const right& b) { return fx::compile(total)(a, b); }
