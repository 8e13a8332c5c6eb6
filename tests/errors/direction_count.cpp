// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::jvps(f)(x, s), vjps, hvps: for this f the type of s must tell the number of directions"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using rows = fx::autodiff::direction_rows<double, 4, -1>;
#else
using rows = fx::tensor<double, 2>;
#endif
constexpr auto totals = [](auto x) { return fx::cumsum(x, 0); };
void f(const std::vector<double>& x, const rows& s) { fx::jvps(totals)(x, s); }
