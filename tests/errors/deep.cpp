// SPDX-License-Identifier: MIT
// The same sentence at the bottom of 64 operations, as short as at the top.
// expected-error: "fluxpp::matmul(a, b): the columns of a must equal the rows of b"
// expected-error: "extents<8, 8>"
// expected-error: "extents<7, 1>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using last = xt::xtensor_fixed<float, xt::xshape<8, 1>>;
#else
using last = xt::xtensor_fixed<float, xt::xshape<7, 1>>;
#endif
constexpr auto deep = [](auto x, auto v) {
  for (int i = 0; i < 64; ++i) x = fx::relu(fx::matmul(x, x));
  return fx::sum(fx::matmul(x, v));
};
float f(const xt::xtensor_fixed<float, xt::xshape<8, 8>>& x, const last& v) { return fx::compile(deep)(x, v); }
