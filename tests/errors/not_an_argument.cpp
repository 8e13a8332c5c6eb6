// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: an argument must be a number, a std::array, std::vector or std::span, an xt::xtensor, or a tensor"
#include <fluxpp/fluxpp.hpp>

#include <list>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using sequence = std::vector<double>;
#else
using sequence = std::list<double>;
#endif
constexpr auto total = [](auto x) { return fx::sum(x); };
double f(const sequence& x) { return fx::compile(total)(x); }
