// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::take_along(x, index, axis): index must have the rank of x, and along every other axis its extent or 1"
// expected-error: "extents<2, 3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr auto indices = [](auto x) { return fx::argmax(x, fx::axes{0}.kept()); };
#else
constexpr auto indices = [](auto x) { return fx::argmax(x, 0); };
#endif
constexpr auto taken = [](auto x) { return fx::sum(fx::take_along(x, indices(x), 0)); };
using matrix = xt::xtensor_fixed<double, xt::xshape<2, 3>>;
double f(const matrix& x) { return fx::compile(taken)(x); }
