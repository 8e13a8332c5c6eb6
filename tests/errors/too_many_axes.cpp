// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: an array has at most six axes"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int axes = 6;
#else
constexpr int axes = 7;
#endif
constexpr auto total = [](auto x) { return fx::sum(x); };
float f(const xt::xtensor<float, axes>& x) { return fx::compile(total)(x); }
