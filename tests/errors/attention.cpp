// SPDX-License-Identifier: MIT
// max-chars: 1600
// expected-error: "fluxpp::attention(q, k, v): columns of q and k, rows of k and v, and all axes before them must be equal"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto total = [](auto q, auto k) { return fx::sum(fx::attention(q, k, k)); };
#ifdef FLUXPP_FIXED
using keys = xt::xtensor_fixed<float, xt::xshape<2, 7, 4>>;
#else
using keys = xt::xtensor_fixed<float, xt::xshape<2, 7, 5>>;
#endif
float f(const xt::xtensor_fixed<float, xt::xshape<2, 3, 4>>& q, const keys& k) { return fx::compile(total)(q, k); }
