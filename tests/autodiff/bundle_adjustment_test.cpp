// SPDX-License-Identifier: MIT
// The sparse Jacobian of ADBench's bundle adjustment: the sums that its hand-derived module gives for the small instance.
// source  microsoft/ADBench 38cb793, docs/FileFormat.md; rotations by Rodrigues' formula
#include "catch.hpp"

#include <fluxpp/autodiff/sparse.hpp>
#include <fluxpp/eval/cpu.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto column = [](auto x, int i) { return fx::reshape(fx::slice(x, 1, i, i + 1), {-1}); };

/// Weighted errors of where cameras [n, 11] see points [m, 3], and one residual for each weight.
constexpr auto errors = fx::function<"cameras", "points", "w", "seen", "c", "p">([](auto cameras, auto points, auto w,
                                                                                    auto seen, auto c, auto p) {
  const auto camera = fx::gather(cameras, c), point = fx::gather(points, p);
  const auto of = [&](int i) { return column(camera, i); };
  const auto y = [&](int i) { return column(point, i) - of(3 + i); };
  const auto angle = fx::sqrt(of(0) * of(0) + of(1) * of(1) + of(2) * of(2));
  const auto sine = fx::sin(angle), cosine = fx::cos(angle);
  const auto n = [&](int i) { return of(i % 3) / angle; };
  const auto along = n(0) * y(0) + n(1) * y(1) + n(2) * y(2);
  const auto z = [&](int i) {
    const auto cross = n(i + 1) * y((i + 2) % 3) - n(i + 2) * y((i + 1) % 3);
    return y(i) * cosine + cross * sine + n(i) * along * (1.0 - cosine);
  };
  const auto a = z(0) / z(2), b = z(1) / z(2), squared = a * a + b * b;
  const auto focal = of(6) * (1.0 + of(9) * squared + of(10) * squared * squared);
  const auto e = fx::stack({w * (focal * a + of(7) - column(seen, 0)), w * (focal * b + of(8) - column(seen, 1))}, 1);
  return fx::concat(fx::reshape(e, {-1}), 1.0 - w * w, 0);
});

template <int Columns> fx::tensor<double, 2> copies(const std::vector<double>& row, std::size_t n) {
  fx::tensor<double, 2> x(std::array{n, std::size_t{Columns}});
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = row[i % Columns];
  return x;
}
std::vector<double> read(std::ifstream& file, std::size_t count) {
  std::vector<double> v(count);
  for (double& x : v) file >> x;
  return v;
}

} // namespace

TEST_CASE("the sparse Jacobian of a small bundle adjustment has the sums of the hand-derived one", "[data]") {
  const char* const folder = std::getenv("FLUXPP_TEST_DATA");
  std::ifstream file(std::string(folder ? folder : "../shared/data") + "/adbench/data/ba/test.txt");
  std::size_t n = 0, m = 0, p = 0;
  if (!(file >> n >> m >> p)) FLUXPP_SKIP("no reference data");
  const auto cameras = copies<11>(read(file, 11), n), points = copies<3>(read(file, 3), m);
  const std::vector<double> w(p, read(file, 1)[0]);
  const auto seen = copies<2>(read(file, 2), p);
  std::vector<int> c(p), x(p);
  for (std::size_t i = 0; i < p; ++i) c[i] = static_cast<int>(i % n), x[i] = static_cast<int>(i % m);

  auto f = fx::sparse_jacobian<"cameras", "points", "w">(errors);
  const auto& j = f(cameras, points, w, seen, c, x);
  CHECK(j.pattern.rows() == 3 * p);
  CHECK(j.pattern.columns == 11 * n + 3 * m + p);
  CHECK(j.pattern.entries() == 29 * p); // ADBench stores two zeros for each observation besides
  double sum = 0, squares = 0;
  for (const double v : j.values) sum += v, squares += v * v;
  CHECK(sum == approx(-11655.9616384624).epsilon(1e-11));
  CHECK(squares == approx(23034077.4273555).epsilon(1e-12));
}
