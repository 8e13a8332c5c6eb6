// SPDX-License-Identifier: MIT
// expected-error: "the string must have a letter for each axis of each operand, and of the result"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr fx::text subscripts = "i->i";
#else
constexpr fx::text subscripts = "i=>i";
#endif
constexpr auto total = [](auto x) { return fx::sum(fx::einsum<subscripts>(x)); };
double f(const std::array<double, 4>& x) { return fx::compile(total)(x); }
