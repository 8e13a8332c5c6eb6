// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::cond(condition, f, g), while_loop(condition, body, carry): the condition must be a scalar"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

using array = xt::xtensor_fixed<double, xt::xshape<3>>;
constexpr auto either = [](auto x) {
#ifdef FLUXPP_FIXED
  const auto positive = fx::greater(fx::sum(x), 0.0);
#else
  const auto positive = fx::greater(x, 0.0);
#endif
  return fx::sum(fx::cond(
      positive, [](auto y) { return fx::exp(y); }, [](auto y) { return -y; }, x));
};
double f(const array& x) { return fx::compile(either)(x); }
