// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::matmul(a, b): the columns of a must equal the rows of b"
// expected-error: "extents<8, 7>"
// expected-error: "extents<8, 1>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto product = [](auto a, auto b) { return fx::sum(fx::matmul(a, b)); };
#ifdef FLUXPP_FIXED
using right = xt::xtensor_fixed<float, xt::xshape<7, 1>>;
#else
using right = xt::xtensor_fixed<float, xt::xshape<8, 1>>;
#endif
float f(const xt::xtensor_fixed<float, xt::xshape<8, 7>>& a, const right& b) { return fx::compile(product)(a, b); }
