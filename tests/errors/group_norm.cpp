// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::group_norm(x, groups): groups must divide the channels of x"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int groups = 3;
#else
constexpr int groups = 4;
#endif
constexpr auto total = [](auto x, auto c) { return fx::sum(fx::group_norm(x, groups, c, c)); };
float f(const xt::xtensor_fixed<float, xt::xshape<2, 6, 4>>& x, const xt::xtensor_fixed<float, xt::xshape<6>>& c) {
  return fx::compile(total)(x, c);
}
