// SPDX-License-Identifier: MIT
// Nonlinear regression of the Statistical Reference Datasets of NIST: certified parameters from both of the given starts.
// Data, starts and certified values: https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml (1997-2003, public domain).
#include "catch.hpp"

#include <fluxpp/eval/cpu.hpp>
#include <fluxpp/optim/levenberg_marquardt.hpp>

#include <array>
#include <vector>

namespace fx = fluxpp;

namespace {

/// dataset: observations, two starts, certified parameters and residual sum of squares.
template <std::size_t N> struct dataset {
  std::vector<double> x, y;
  std::array<std::array<double, N>, 2> starts;
  std::array<double, N> certified;
  double squares;
};

constexpr auto parameter = [](auto b, int i) { return fx::reshape(fx::slice(b, 0, i - 1, i), {}); };

constexpr auto saturation = [](auto b, auto x, auto y) {
  return parameter(b, 1) * (1.0 - fx::exp(-parameter(b, 2) * x)) - y;
};
constexpr auto rational = [](auto b, auto x, auto y) {
  return parameter(b, 1) * (x * x + x * parameter(b, 2)) / (x * x + x * parameter(b, 3) + parameter(b, 4)) - y;
};
constexpr auto cubics = [](auto b, auto x, auto y) {
  const auto over = parameter(b, 1) + x * (parameter(b, 2) + x * (parameter(b, 3) + x * parameter(b, 4)));
  return over / (1.0 + x * (parameter(b, 5) + x * (parameter(b, 6) + x * parameter(b, 7)))) - y;
};

const dataset<2> misra1a{
    {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0},
    {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78},
    {{{500, 0.0001}, {250, 0.0005}}},
    {2.3894212918e+02, 5.5015643181e-04},
    1.2455138894e-01};
const dataset<4> mgh09{{4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625},
                       {0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246},
                       {{{25, 39, 41.5, 39}, {0.25, 0.39, 0.415, 0.39}}},
                       {1.9280693458e-01, 1.9128232873e-01, 1.2305650693e-01, 1.3606233068e-01},
                       3.0750560385e-04};
const dataset<7> thurber{
    {-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501,
     -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714, -0.566, -0.545, -0.400, -0.309, -0.109, -0.103,
     0.010,  0.119,  0.377,  0.790,  0.963,  1.006,  1.115,  1.572,  1.841,  2.047,  2.200},
    {80.574,   84.248,   87.264,   87.195,   89.076,   89.608,   89.868,   90.101,   92.405,   95.854,
     100.696,  101.060,  401.672,  390.724,  567.534,  635.316,  733.054,  759.087,  894.206,  990.785,
     1090.109, 1080.914, 1122.643, 1178.351, 1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509,
     1425.208, 1421.384, 1442.962, 1464.350, 1468.705, 1447.894, 1457.628},
    {{{1000, 1000, 400, 40, 0.7, 0.3, 0.03}, {1300, 1500, 500, 75, 1, 0.4, 0.05}}},
    {1.2881396800e+03, 1.4910792535e+03, 5.8323836877e+02, 7.5416644291e+01, 9.6629502864e-01, 3.9797285797e-01,
     4.9727297349e-02},
    5.6427082397e+03};

/// All parameters to eight digits, and the sum of squares to ten.
template <class F, std::size_t N> void check_certified(F residuals, const dataset<N>& d) {
  for (const auto& start : d.starts) {
    const auto r = fx::levenberg_marquardt(residuals)(start, d.x, d.y);
    INFO(r.iterations << " iterations, reason " << static_cast<int>(r.reason) << ", cosine " << r.gradient);
    CHECK(r.converged());
    CHECK(2 * r.value == approx(d.squares).epsilon(1e-10));
    for (std::size_t i = 0; i < N; ++i) CHECK(r.x[i] == approx(d.certified[i]).epsilon(1e-8));
  }
}

} // namespace

TEST_CASE("Misra1a: two parameters of very different size") { check_certified(saturation, misra1a); }
TEST_CASE("MGH09: a valley with a minimum at infinity") { check_certified(rational, mgh09); }
TEST_CASE("Thurber: seven parameters of a quotient of cubics") { check_certified(cubics, thurber); }
