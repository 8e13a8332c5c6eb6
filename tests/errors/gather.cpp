// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::gather(x, index, axis): x must have an axis, and the result at most 6"
// expected-error: "extents<>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto from = [](auto x) { return x; };
#else
constexpr auto from = [](auto x) { return fx::sum(x); };
#endif
constexpr auto rows = [](auto x) { return fx::sum(fx::gather(from(x), fx::iota(x, 0))); };
double f(const std::array<double, 4>& x) { return fx::compile(rows)(x); }
