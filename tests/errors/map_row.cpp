// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::map_instances(f, x): f must name elements that a row of x has, p[0], p[1], ..."
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto length = [](auto p) { return fx::sqrt(p[0] * p[0] + p[1] * p[1]); };
#else
constexpr auto length = [](auto p) { return fx::sqrt(p * p); };
#endif
constexpr auto lengths = [](auto x) { return fx::sum(fx::map_instances(length, fx::rows<2>(x))); };
double f(const xt::xtensor<double, 2>& x) { return fx::compile(lengths)(x); }
