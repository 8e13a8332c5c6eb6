// SPDX-License-Identifier: MIT
// A function of one observation, applied to many: stations in the plane, found from measured distances.
// You will see the pattern of a Jacobian that is known from two lists of indices, and how it leads to the stations.
#include <fluxpp/fluxpp.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>
namespace fx = fluxpp;

// [misfit]
constexpr auto misfit = fx::function<"at", "from", "to", "distance">([](auto at, auto from, auto to, auto distance) {
  const auto of_one = [](auto p, auto q, auto d) { return fx::hypot(p[0] - q[0], p[1] - q[1]) - d; };
  return fx::map_instances(of_one, fx::rows<2>(at, from), fx::rows<2>(at, to), distance);
});
// [misfit]

/// x with J x = -r: to the solutions of one row after the other, again and again (Kaczmarz 1937).
template <class R> std::vector<double> solve(const fx::csr_matrix<double>& j, const R& r) {
  std::vector<double> x(j.pattern.columns);
  for (int step = 0; step < 1000; ++step) {
    const double* value = j.values.data(); // of the next row
    for (std::size_t i = 0; i < j.pattern.rows(); ++i, value += 4) {
      const auto columns = j.pattern.row(i); // of two elements of two stations
      const auto at = [&](std::size_t k) -> double& { return x[static_cast<std::size_t>(columns[k])]; };
      double left = -r[i], squares = 0;
      for (std::size_t k = 0; k < 4; ++k) left -= value[k] * at(k);
      for (std::size_t k = 0; k < 4; ++k) squares += value[k] * value[k];
      for (std::size_t k = 0; k < 4; ++k) at(k) += left / squares * value[k];
    }
  }
  return x;
}

int main() {
  const std::vector<int> from{0, 0, 0, 0, 1, 1, 1, 2, 2, 3}, to{1, 2, 3, 4, 2, 3, 4, 3, 4, 4};
  const std::vector<double> distance{4, 5, 3, 2.5, 3, 5, 2.5, 4, 2.5, 2.5};
  fx::tensor<double, 2> at({5, 2});
  std::ranges::copy(std::vector<double>{0.3, -0.2, 3.6, 0.4, 4.5, 2.7, -0.4, 3.3, 2.2, 1.1}, at.begin());

  auto f = fx::compile(misfit);
  auto jacobian = fx::sparse_jacobian<"at">(misfit);
  const auto& J = jacobian(at, from, to, distance);
  std::printf("%zu rows, %zu columns, %zu entries\n", J.pattern.rows(), J.pattern.columns, J.pattern.entries());
  for (int step = 0; step < 6; ++step) {
    const auto r = f(at, from, to, distance);
    const double worst = std::abs(*std::ranges::max_element(r, {}, [](double v) { return std::abs(v); }));
    if (step < 3) std::printf("largest misfit %.5f\n", worst);
    const auto x = solve(jacobian(at, from, to, distance), r);
    for (std::size_t k = 0; k < x.size(); ++k) at[k] += x[k];
  }
  std::printf("from station 0 to 2: %.6f\n", std::hypot(at(0, 0) - at(2, 0), at(0, 1) - at(2, 1)));
}
