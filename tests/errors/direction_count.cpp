// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::jvps(f)(x, s), vjps, hvps: for this f the type of s must tell the number of directions"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using rows = fx::autodiff::direction_rows<double, 4, -1>;
#else
using rows = fx::tensor<double, 2>;
#endif
constexpr auto pooled = [](auto x) { return fx::max_pool2d(fx::reshape(x, {1, 1, -1, 1}), {.size = {2, 1}}); };
void f(const std::vector<double>& x, const rows& s) { fx::jvps(pooled)(x, s); }
