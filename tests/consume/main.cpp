// SPDX-License-Identifier: MIT
// The program of every consumer: a function, its gradient, an xtensor argument, compared with numbers.

#include <fluxpp/fluxpp.hpp>

#include <cmath>

namespace fx = fluxpp;

constexpr auto loss = fx::function<"scale", "x">([](auto scale, auto x) { return fx::mean(scale * x * x); });

int main() {
  xt::xtensor<double, 1> const x{1.0, 2.0, 3.0};
  auto [value, g] = fx::value_and_grad<"scale">(loss)(0.5, x);
  bool const right = std::abs(value - 7.0 / 3.0) < 1e-12 && std::abs(g["scale"] - 14.0 / 3.0) < 1e-12;
  return right ? 0 : 1;
}
