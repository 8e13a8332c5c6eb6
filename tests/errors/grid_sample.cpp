// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::grid_sample(x, grid): x must be [n, channels, rows, columns] and grid [n, rows, columns, 2]"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto total = [](auto x, auto grid) { return fx::sum(fx::grid_sample(x, grid)); };
#ifdef FLUXPP_FIXED
using places = xt::xtensor_fixed<float, xt::xshape<1, 3, 4, 2>>;
#else
using places = xt::xtensor_fixed<float, xt::xshape<1, 3, 4, 3>>;
#endif
float f(const xt::xtensor_fixed<float, xt::xshape<1, 8, 4, 4>>& x, const places& grid) {
  return fx::compile(total)(x, grid);
}
