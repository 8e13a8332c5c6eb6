// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::qr(a): a must have at least as many rows as columns"
// expected-error: "extents<3, 4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using matrix = xt::xtensor_fixed<double, xt::xshape<4, 3>>;
#else
using matrix = xt::xtensor_fixed<double, xt::xshape<3, 4>>;
#endif
constexpr auto basis = [](auto a) { return fx::sum(fx::qr(a).q); };
double f(const matrix& a) { return fx::compile(basis)(a); }
