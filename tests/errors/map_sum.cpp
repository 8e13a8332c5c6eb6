// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::map_instances(f, x): f computes with the numbers of one row: elementwise operations alone"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto centred = [](auto p) { return p - 1.0; };
#else
constexpr auto centred = [](auto p) { return p - fx::sum(p); };
#endif
constexpr auto spread = [](auto x) { return fx::sum(fx::square(fx::map_instances(centred, x))); };
double f(const xt::xtensor<double, 1>& x) { return fx::compile(spread)(x); }
