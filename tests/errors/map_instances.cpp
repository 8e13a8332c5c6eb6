// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::map_instances(f, x): each x must be [n] or [n, a], as fx::rows<a>(x) where its type does not tell a, with one n"
// expected-error: "extents<6>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using second = xt::xtensor_fixed<double, xt::xshape<7>>;
#else
using second = xt::xtensor_fixed<double, xt::xshape<6>>;
#endif
using first = xt::xtensor_fixed<double, xt::xshape<7, 2>>;
constexpr auto lengths = [](auto x, auto y) {
  return fx::sum(fx::map_instances([](auto p, auto w) { return w * fx::hypot(p[0], p[1]); }, x, y));
};
double f(const first& x, const second& y) { return fx::compile(lengths)(x, y); }
