// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::scan(body, carry, arrays): the body must return as many carries as it takes, each with the shape of its first value"
// expected-error: "extents<3>"
// expected-error: "extents<4, 3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using state = xt::xtensor_fixed<double, xt::xshape<4, 3>>;
#else
using state = xt::xtensor_fixed<double, xt::xshape<3>>;
#endif
using inputs = xt::xtensor_fixed<double, xt::xshape<7, 4, 3>>;
constexpr auto sums = [](auto s, auto x) {
  return fx::sum(fx::scan([](auto c, auto e) { return std::pair{c + e, c}; }, s, x).first);
};
double f(const state& s, const inputs& x) { return fx::compile(sums)(s, x); }
