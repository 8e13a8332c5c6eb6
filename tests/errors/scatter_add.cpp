// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::scatter_add(x, index, n, axis): the axes of x from axis on must begin with those of index"
// expected-error: "extents<2, 3>"
// expected-error: "extents<3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr int axis = 1;
#else
constexpr int axis = 0;
#endif
constexpr auto sums = [](auto x) { return fx::sum(fx::scatter_add(x, fx::iota(x, 1), 5, axis)); };
using matrix = xt::xtensor_fixed<double, xt::xshape<2, 3>>;
double f(const matrix& x) { return fx::compile(sums)(x); }
