// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::map_instances(f, x): f must name elements that a row of x has, p[0], p[1], ..."
// expected-error: "extents<2>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int last = 1;
#else
constexpr int last = 2;
#endif
constexpr auto lengths = [](auto x) {
  return fx::sum(fx::map_instances([](auto p) { return fx::hypot(p[0], p[last]); }, fx::rows<2>(x)));
};
double f(const xt::xtensor<double, 2>& x) { return fx::compile(lengths)(x); }
