// SPDX-License-Identifier: MIT
// The sparse Jacobian of ADBench's bundle adjustment: the sums of the hand-derived one, as it is and with data that differ.
// source  microsoft/ADBench 38cb793, docs/FileFormat.md; rotations by Rodrigues' formula
#include "catch.hpp"

#include <fluxpp/autodiff/sparse.hpp>
#include <fluxpp/eval/cpu.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace fx = fluxpp;
using fx::var;

namespace {

/// Where a camera sees a point, less where it was seen, weighted. Angles below 1e-4 by the first terms of the series.
constexpr auto reprojection = [](auto camera, auto point, auto w, auto seen) {
  const auto r = [&](int i) { return camera[i % 3]; };
  const auto y = [&](int i) { return point[i % 3] - camera[3 + i % 3]; };
  const var square = r(0) * r(0) + r(1) * r(1) + r(2) * r(2), tiny = fx::less(square, 1e-8);
  const var safe = fx::select(tiny, 1.0, square), angle = fx::sqrt(safe);
  const var cosine = fx::select(tiny, 1.0 - 0.5 * square, fx::cos(angle));
  const var sine = fx::select(tiny, 1.0 - square / 6.0, fx::sin(angle) / angle); // by the angle
  const var rest = fx::select(tiny, 0.5 - square / 24.0, (1.0 - fx::cos(angle)) / safe);
  const var along = rest * (r(0) * y(0) + r(1) * y(1) + r(2) * y(2));
  const auto z = [&](int i) {
    return y(i) * cosine + sine * (r(i + 1) * y(i + 2) - r(i + 2) * y(i + 1)) + r(i) * along;
  };
  const var a = z(0) / z(2), b = z(1) / z(2), distance = a * a + b * b;
  const var focal = camera[6] * (1.0 + distance * (camera[9] + distance * camera[10]));
  return std::array{w * (focal * a + camera[7] - seen[0]), w * (focal * b + camera[8] - seen[1])};
};

/// Two numbers for each observation of cameras [n, 11] and points [m, 3], then one for each weight.
constexpr auto residuals = fx::function<"cameras", "points", "w", "seen", "c", "p">(
    [](auto cameras, auto points, auto w, auto seen, auto c, auto p) {
      const auto e =
          fx::map_instances(reprojection, fx::rows<11>(cameras, c), fx::rows<3>(points, p), w, fx::rows<2>(seen));
      return fx::concat(fx::reshape(e, {-1}), fx::map_instances([](auto v) { return 1.0 - v * v; }, w), 0);
    });

/// A problem of ADBench: all cameras, points and observations are copies, which `perturb` tells apart.
struct problem {
  fx::tensor<double, 2> cameras, points, seen;
  std::vector<double> w;
  std::vector<int> c, p;

  problem(std::ifstream& file, bool perturbed) {
    std::size_t n = 0, m = 0, observations = 0;
    file >> n >> m >> observations;
    cameras = copies(file, n, 11), points = copies(file, m, 3);
    double weight = 0;
    file >> weight;
    w.assign(observations, weight);
    seen = copies(file, observations, 2);
    for (std::size_t i = 0; i < observations; ++i)
      c.push_back(static_cast<int>(i % n)), p.push_back(static_cast<int>(i % m));
    if (perturbed) perturb();
  }

private:
  static fx::tensor<double, 2> copies(std::ifstream& file, std::size_t rows, std::size_t columns) {
    std::vector<double> row(columns);
    for (double& v : row) file >> v;
    fx::tensor<double, 2> x(std::array{rows, columns});
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = row[i % columns];
    return x;
  }
  /// Elements times 1 + 0.01 sin(row a + column b + c); the second camera does not turn.
  void perturb() {
    const auto scale = [](auto& x, std::size_t columns, double a, double b, double c0) {
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] *= 1 + 0.01 * std::sin(a * static_cast<double>(i / columns) + b * static_cast<double>(i % columns) + c0);
    };
    scale(cameras, 11, 1.7, 0.9, 0);
    for (std::size_t j = 0; j < 3 && cameras.shape()[0] > 1; ++j) cameras(std::size_t{1}, j) = 0;
    scale(points, 3, 1.3, 0.7, 1);
    scale(w, 1, 1.1, 0, 2);
    scale(seen, 2, 0.6, 0.5, 3);
  }
};

struct sums {
  double sum = 0, squares = 0;
};
void check(const char* name, bool perturbed, const sums& expected) {
  const char* const folder = std::getenv("FLUXPP_TEST_DATA");
  std::ifstream file(std::string(folder ? folder : "../shared/data") + "/adbench/data/ba/" + name + ".txt");
  if (!file) FLUXPP_SKIP("no reference data");
  const problem x(file, perturbed);
  auto f = fx::sparse_jacobian<"cameras", "points", "w">(residuals);
  const auto& j = f(x.cameras, x.points, x.w, x.seen, x.c, x.p);
  const std::size_t observations = x.w.size();
  CHECK(j.pattern.rows() == 3 * observations);
  CHECK(j.pattern.columns == x.cameras.size() + x.points.size() + observations);
  CHECK(j.pattern.entries() == 31 * observations);
  CHECK(j.pattern.row(2)[0] == 11 * x.c[1]);
  CHECK(j.pattern.row(2)[11] == static_cast<int>(x.cameras.size()) + 3 * x.p[1]);
  CHECK(j.pattern.row(2 * observations + 1)[0] == static_cast<int>(x.cameras.size() + x.points.size() + 1));
  sums found;
  for (const double v : j.values) found.sum += v, found.squares += v * v;
  CHECK(found.sum == approx(expected.sum).epsilon(1e-11));
  CHECK(found.squares == approx(expected.squares).epsilon(1e-11));
}

} // namespace

TEST_CASE("the sparse Jacobian of bundle adjustment has the sums of the hand-derived one", "[data]") {
  check("test", false, {-11655.9616384624, 23034077.4273555});
  check("test", true, {444474.321320486, 14778894704.074});
}

TEST_CASE("so it has for 31,843 observations", "[data]") {
  check("ba1_n49_m7776_p31843", false, {96283600.70425, 224563829032.88});
  check("ba1_n49_m7776_p31843", true, {94165946.662985, 222092495046.23});
}
