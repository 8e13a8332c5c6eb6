// SPDX-License-Identifier: MIT
// expected-error: "need square matrices: the last two extents must be equal"
// expected-error: "extents<3, 4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using matrix = xt::xtensor_fixed<double, xt::xshape<3, 3>>;
#else
using matrix = xt::xtensor_fixed<double, xt::xshape<3, 4>>;
#endif
constexpr auto root = [](auto a) { return fx::sum(fx::cholesky(a)); };
double f(const matrix& a) { return fx::compile(root)(a); }
