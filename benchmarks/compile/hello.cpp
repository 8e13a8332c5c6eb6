// SPDX-License-Identifier: MIT
// What the first gradient costs to compile.

#include <fluxpp/fluxpp.hpp>

namespace fx = fluxpp;

constexpr auto nll = fx::function<"mu", "sigma", "x">([](auto mu, auto sigma, auto x) {
  auto z = (x - mu) / sigma;
  return fx::mean(0.5 * z * z + fx::log(sigma));
});

double slope(xt::xtensor<double, 1> const& x) {
  auto [value, g] = fx::value_and_grad<"mu", "sigma">(nll)(0.1, 1.3, x);
  return value + g["mu"] + g["sigma"];
}
