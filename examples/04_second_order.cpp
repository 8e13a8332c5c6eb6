// SPDX-License-Identifier: MIT
// Value, gradient, Hessian and a directional derivative of a normal negative log-likelihood of a million numbers.
// You will see the value and gradient at one point, then what Newton's method makes of them.
#include <fluxpp/fluxpp.hpp>

#include <cmath>
#include <cstdio>
namespace fx = fluxpp;

// [define]
constexpr auto nll = fx::function<"mu", "sigma", "x">([](auto mu, auto sigma, auto x) {
  auto z = (x - mu) / sigma;
  return fx::mean(0.5 * z * z + fx::log(sigma));
});
// [define]

int main() {
  xt::xtensor<double, 1> x = xt::zeros<double>({1'000'000});
  for (std::size_t i = 0; i < x.size(); ++i) x(i) = 1 + 2 * std::sin(static_cast<double>(i));

  auto f = fx::value_and_grad<"mu", "sigma">(nll); // a callable; owns its workspace, reuses it call after call
  auto [value, g] = f(0.1, 1.3, x);
  std::printf("value %.6f  d/dmu %.6f  d/dsigma %.6f\n", value, g.get<"mu">(), g.get<"sigma">());

  auto H = fx::hessian<"mu", "sigma">(nll)(0.1, 1.3, x);
  std::printf("hessian [%.6f %.6f; %.6f %.6f]\n", H(0, 0), H(0, 1), H(1, 0), H(1, 1));

  auto [y, dy] = fx::jvp(nll)(/*primals*/ 0.1, 1.3, x, /*tangents*/ 1.0, 0.0, fx::zero);
  std::printf("along mu: value %.6f  derivative %.6f\n", y, dy);

  double mu = 0.1, sigma = 1.3;
  auto hessian = fx::hessian<"mu", "sigma">(nll);
  for (int step = 0; step < 6; ++step) {
    auto [v, d] = f(mu, sigma, x);
    auto h = hessian(mu, sigma, x);
    const double dmu = d.get<"mu">(), dsigma = d.get<"sigma">(), det = h(0, 0) * h(1, 1) - h(0, 1) * h(1, 0);
    const bool convex = det > 0 && h(0, 0) > 0; // else a step downhill
    mu -= convex ? (h(1, 1) * dmu - h(0, 1) * dsigma) / det : dmu;
    sigma -= convex ? (h(0, 0) * dsigma - h(1, 0) * dmu) / det : dsigma;
  }
  std::printf("fitted mu %.4f  sigma %.4f\n", mu, sigma);
}
