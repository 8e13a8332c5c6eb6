// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::tile(x, counts), repeat_interleave(x, count, axis): a count must not be negative"
// expected-error: "extents<4>"
// expected-error: "extents<-2>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int count = 2;
#else
constexpr int count = -2;
#endif
constexpr auto copies = [](auto x) { return fx::sum(fx::repeat_interleave(x, count, 0)); };
double f(const std::array<double, 4>& x) { return fx::compile(copies)(x); }
