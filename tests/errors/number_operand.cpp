// SPDX-License-Identifier: MIT
// A plain number where a matrix is needed.
// expected-error: "fluxpp::matmul(a, b): the columns of a must equal the rows of b"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto scaled = [](auto x) { return fx::sum(2.0 * x); };
#else
constexpr auto scaled = [](auto x) { return fx::sum(fx::matmul(2.0, x)); };
#endif
double f(const xt::xtensor<double, 2>& x) { return fx::compile(scaled)(x); }
