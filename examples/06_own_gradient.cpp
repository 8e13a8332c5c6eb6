// SPDX-License-Identifier: MIT
// A derivative of your own for a whole function, and derivatives of many outputs at once.
// You will see a gradient that the chain rule alone cannot compute, a Jacobian stored as three diagonals, and its use.
#include <fluxpp/fluxpp.hpp>

#include <cstdio>
#include <vector>
namespace fx = fluxpp;

// [rule]
constexpr auto naive = [](auto x) { return fx::log(1.0 + fx::exp(x)); };
/// The same values; its cotangent is stated, so that exp(800) / exp(800) is never computed.
constexpr auto stable = fx::custom_vjp(naive, [](auto x, auto, auto ybar) { return ybar * fx::sigmoid(x); });
// [rule]

// [field]
/// Each point of a field is pulled to its neighbours and loses what it emits.
constexpr auto flow = [](auto u) {
  return fx::slice(u, 0, 2, fx::to_end) - 2.0 * fx::slice(u, 0, 1, -1) + fx::slice(u, 0, 0, -2) -
         0.1 * fx::square(fx::slice(u, 0, 1, -1));
};
// [field]

int main() {
  const std::vector<double> x{-1.0, 800.0};
  const auto print = [](const char* name, const auto& values) {
    std::printf("%-9s", name);
    for (double v : values) std::printf(" %.4f", v);
    std::printf("\n");
  };
  print("stable", fx::grad([](auto v) { return fx::sum(stable(v)); })(x));

  const std::vector<double> u{0, 1, 4, 9, 16, 25};
  auto jacobian = fx::sparse_jacobian(flow); // the first call finds where the elements are, later ones write them
  const auto& J = jacobian(u);
  std::printf("%zu rows, %zu columns, %zu elements\n", J.pattern.rows(), J.pattern.columns, J.pattern.entries());
  print("row 0", std::vector<double>(J.values.begin(), J.values.begin() + J.pattern.start[1]));
  print("row 3", std::vector<double>(J.values.begin() + J.pattern.start[3], J.values.end()));
  print("diagonal", fx::hessian_diagonal([](auto v) { return fx::sum(fx::square(flow(v))); })(u));
}
