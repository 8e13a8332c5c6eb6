// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::scan(body, carry, arrays): all arrays must have the same leading extent, the number of runs"
// expected-error: "extents<7>"
// expected-error: "extents<6>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using second = xt::xtensor_fixed<double, xt::xshape<7>>;
#else
using second = xt::xtensor_fixed<double, xt::xshape<6>>;
#endif
using first = xt::xtensor_fixed<double, xt::xshape<7>>;
constexpr auto product = [](auto x, auto y) {
  const auto add = [](auto s, auto e) { return std::pair{s + std::get<0>(e) * std::get<1>(e), s}; };
  return fx::scan(add, 0.0, std::tuple{x, y}).first;
};
double f(const first& x, const second& y) { return fx::compile(product)(x, y); }
