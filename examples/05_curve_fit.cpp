// SPDX-License-Identifier: MIT
// Least squares: two parameters of a saturation curve, fitted to 14 measurements, and how well they are known.
// You will see the parameters that NIST certifies for this data set (Misra1a), and their standard deviations.
#include <fluxpp/fluxpp.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>
namespace fx = fluxpp;

// [define]
constexpr auto residuals = fx::function<"height", "rate", "x", "y">(
    [](auto height, auto rate, auto x, auto y) { return height * (1.0 - fx::exp(-rate * x)) - y; });
// [define]

int main() {
  const std::vector<double> x{77.6,  114.9, 141.1, 190.8, 239.9, 289.0, 332.8,
                              378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0};
  const std::vector<double> y{10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02,
                              44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78};
  // [fit]
  auto fit = fx::levenberg_marquardt<"height", "rate">(residuals)(500.0, 0.0001, x, y);
  const double height = fit.x.get<"height">(), rate = fit.x.get<"rate">();
  std::printf("height %.6f  rate %.6e\n", height, rate);
  std::printf("sum of squares %.6f, %s\n", 2 * fit.value, fit.converged() ? "converged" : "not converged");
  // [fit]

  // The covariance of the parameters: the inverse of J'J, by the variance of the residuals.
  const auto J = fx::jacobian<"height", "rate">(residuals)(height, rate, x, y);
  double a = 0, b = 0, c = 0;
  for (std::size_t i = 0; i < x.size(); ++i) { a += J(i, 0) * J(i, 0), b += J(i, 0) * J(i, 1), c += J(i, 1) * J(i, 1); }
  const double variance = 2 * fit.value / static_cast<double>(x.size() - 2) / (a * c - b * b);
  std::printf("standard deviations %.4f  %.4e\n", std::sqrt(variance * c), std::sqrt(variance * a));
}
