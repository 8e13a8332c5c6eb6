// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::searchsorted(sorted, x): sorted must be a vector, or have the leading extents of x"
// expected-error: "extents<2, 3>"
// expected-error: "extents<4>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto first = [](auto x) { return fx::sum(x, 0); };
#else
constexpr auto first = [](auto x) { return x; };
#endif
constexpr auto places = [](auto sorted, auto x) { return fx::sum(fx::searchsorted(first(sorted), x)); };
using matrix = xt::xtensor_fixed<double, xt::xshape<2, 3>>;
double f(const matrix& sorted, const std::array<double, 4>& x) { return fx::compile(places)(sorted, x); }
