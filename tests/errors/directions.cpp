// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::jvps(f)(x, s), vjps, hvps: s must be a matrix: a row for each direction, a column for each element"
// expected-error: "extents<3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using rows = fx::tensor<double, 2>;
#else
using rows = std::vector<double>;
#endif
constexpr auto squares = [](auto x) { return x * x; };
void f(const std::array<double, 3>& x, const rows& s) { fx::jvps(squares)(x, s); }
