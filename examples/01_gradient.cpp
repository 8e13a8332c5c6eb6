// SPDX-License-Identifier: MIT
// The program at the top of the README: a function, its value and its gradient.
// You will see the negative log-likelihood of four numbers and its derivatives by the mean and the standard deviation.
// clang-format off
// [readme]
#include <fluxpp/fluxpp.hpp>
#include <cstdio>
namespace fx = fluxpp;

constexpr auto nll = fx::function<"mu", "sigma", "x">([](auto mu, auto sigma, auto x) {
  auto z = (x - mu) / sigma;
  return fx::mean(0.5 * z * z + fx::log(sigma));
});

int main() {
  xt::xtensor<double, 1> x{0.3, 1.7, 0.9, 2.4};
  auto f = fx::value_and_grad<"mu", "sigma">(nll);  // owns its workspace, reuses it call after call
  auto [value, g] = f(1.0, 0.8, x);
  std::printf("%.4f  %.4f  %.4f\n", value, g.get<"mu">(), g.get<"sigma">());
}
// [readme]
