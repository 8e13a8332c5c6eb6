// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::by_rows<names>(f): f must read these arguments only by gather along the first axis, outside of loops"
// expected-error: "extents<5, 3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

/// A table that is also the weight of the output layer has a dense gradient.
struct tied {
  constexpr fx::var operator()(fx::var w, fx::var i) const {
    const fx::var h = fx::tanh(fx::embedding(w, i));
#ifdef FLUXPP_FIXED
    return fx::mean(h);
#else
    return fx::mean(fx::matmul(h, fx::transpose(w)));
#endif
  }
};
constexpr auto f = fx::grad<"w">(fx::by_rows<"w">(fx::function<"w", "i">(tied{})));
void g(const xt::xtensor_fixed<double, xt::xshape<5, 3>>& w, int i) {
  auto h = f;
  h(w, i);
}
