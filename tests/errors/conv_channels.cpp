// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::conv(x, w): the channels of x must equal the second extent of w times groups"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto total = [](auto x, auto w) { return fx::sum(fx::conv2d(x, w)); };
#ifdef FLUXPP_FIXED
using filters = xt::xtensor_fixed<float, xt::xshape<8, 3, 3, 3>>;
#else
using filters = xt::xtensor_fixed<float, xt::xshape<8, 4, 3, 3>>;
#endif
float f(const xt::xtensor_fixed<float, xt::xshape<1, 3, 9, 9>>& x, const filters& w) {
  return fx::compile(total)(x, w);
}
