// SPDX-License-Identifier: MIT
// max-chars: 2600 (the type of an xt::xarray alone takes 300)
// expected-error: "fluxpp: the rank of an argument must be known from its type: pass an xt::xtensor, or fx::ranked<N>(x)"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto total = [](auto x) { return fx::sum(x * x); };
#ifdef FLUXPP_FIXED
double f(const xt::xarray<double>& x) { return fx::compile(total)(fx::ranked<2>(x)); }
#else
double f(const xt::xarray<double>& x) { return fx::compile(total)(x); }
#endif
