// SPDX-License-Identifier: MIT
// Dense Jacobians and Hessians, several directions at once, beside the same program run along one direction after the other;
// and a sparse Jacobian beside the value of the function. On one thread.
#include "harness.hpp"

#include <fluxpp/fluxpp.hpp>

#include <array>

namespace fx = fluxpp;

/// Numbers that a compiler does not know, of size 0.3.
template <class X> void draw(X& x, std::uint32_t stream) {
  fx::fill_uniform(x.data(), x.size(), 7, stream, 0);
  for (auto& v : x) v = 0.6 * v - 0.3;
}

constexpr auto curves = fx::function<"x", "b">([](auto x, auto b) {
  const auto p = fx::reshape(x, {1, 26}), q = fx::reshape(b, {300, 1});
  return fx::sum(fx::exp(p * q) * fx::sin(p + q), 1);
});
constexpr auto perceptron = fx::function<"x", "w1", "b1", "w2", "b2">(
    [](auto x, auto w1, auto b1, auto w2, auto b2) { return fx::matmul(fx::tanh(fx::matmul(x, w1) + b1), w2) + b2; });
constexpr auto logistic = fx::function<"x", "a">(
    [](auto x, auto a) { return fx::sum(fx::softplus(fx::matmul(a, x))) + 0.5 * fx::sum(x * x); });
constexpr auto diffusion = [](auto u) {
  const auto left = fx::slice(u, 0, 0, -2), at = fx::slice(u, 0, 1, -1), right = fx::slice(u, 0, 2, fx::to_end);
  return right - 2.0 * at + left + fx::exp(-at * at);
};

/// R^26 -> R^300: 26 columns in two runs, beside 26 runs.
struct columns {
  decltype(fx::jacobian<"x">(curves)) at_once;
  decltype(fx::jvp(curves)) one;
  std::array<double, 26> x{};
  fx::tensor<double, 1> b{{300}};
  fx::tensor<double, 2> j, each{{300, 26}};
  std::uint32_t round = 0;

  void renew() { draw(x, ++round), draw(b, ++round); }
  void ours() { j = at_once(x, b), bench::keep(j); }
  void one_by_one() {
    for (std::size_t k = 0; k < x.size(); ++k) {
      std::array<double, 26> dx{};
      dx[k] = 1;
      const auto r = one(x, b, dx, fx::zero);
      for (std::size_t i = 0; i < 300; ++i) each(i, k) = r.tangent[i];
    }
    bench::keep(each);
  }
  double difference() const { return bench::difference(j, each); }
};

/// The ten outputs of a perceptron by its 784 inputs: ten rows in two runs, beside ten.
struct rows {
  decltype(fx::jacobian<"x">(perceptron)) at_once;
  decltype(fx::vjp(perceptron)) one;
  fx::tensor<double, 1> x{{784}}, b1{{128}}, b2{{10}};
  fx::tensor<double, 2> w1{{784, 128}}, w2{{128, 10}}, j, each{{10, 784}};
  std::uint32_t round = 0;

  void renew() { draw(x, ++round), draw(b1, ++round), draw(b2, ++round), draw(w1, ++round), draw(w2, ++round); }
  void ours() { j = at_once(x, w1, b1, w2, b2), bench::keep(j); }
  void one_by_one() {
    for (std::size_t i = 0; i < 10; ++i) {
      std::array<double, 10> ybar{};
      ybar[i] = 1;
      const auto r = one(x, w1, b1, w2, b2, ybar);
      std::copy_n(r.gradient.template get<"x">().data(), 784, each.data() + 784 * i);
    }
    bench::keep(each);
  }
  double difference() const { return bench::difference(j, each); }
};

/// The Hessian of a logistic regression of 20 unknowns: three runs, beside 20.
struct second {
  decltype(fx::hessian<"x">(logistic)) at_once;
  decltype(fx::hvp<"x">(logistic)) one;
  fx::tensor<double, 1> x{{20}};
  fx::tensor<double, 2> a{{200, 20}}, h, each{{20, 20}};
  std::uint32_t round = 0;

  void renew() { draw(x, ++round), draw(a, ++round); }
  void ours() { h = at_once(x, a), bench::keep(h); }
  void one_by_one() {
    fx::tensor<double, 1> dx{{20}};
    for (std::size_t k = 0; k < 20; ++k) {
      dx[k] = 1;
      const auto row = one(x, a, dx, fx::zero);
      std::copy_n(row.data(), 20, each.data() + 20 * k);
      dx[k] = 0;
    }
    bench::keep(each);
  }
  double difference() const { return bench::difference(h, each); }
};

/// The Jacobian of a field of 10,000 points by three colours, beside three directional derivatives by hand.
struct sparse {
  decltype(fx::sparse_jacobian(diffusion)) jacobian;
  decltype(fx::jvp(diffusion)) one;
  fx::tensor<double, 1> u{{10'000}}, s[3]{u, u, u};
  std::vector<double> values, each;
  std::uint32_t round = 0;

  sparse() {
    for (std::size_t i = 0; i < u.size(); ++i) s[i % 3][i] = 1;
  }
  void renew() { draw(u, ++round), each.resize(3 * (u.size() - 2)); }
  void ours() { bench::keep(jacobian(u)); }
  void one_by_one() {
    for (std::size_t k = 0; k < 3; ++k) {
      const auto r = one(u, s[k]);
      for (std::size_t i = 0; i + 2 < u.size(); ++i) each[3 * i + (k + 3 - i % 3) % 3] = r.tangent[i];
    }
    bench::keep(each);
  }
  double difference() { return bench::difference(jacobian(u).values, each); }
};

/// Beside the same derivatives one direction at a time.
template <class Case> void compare(const bench::suite& suite, const std::string& name) {
  Case c;
  suite.compare(name, 1e-12, c, bench::reference{"one at a time", [&] { c.one_by_one(); }});
}

int main(int argc, char** argv) {
  fx::kernels::thread_pool::instance().resize(1);
  const bench::suite suite(argc, argv);
  compare<columns>(suite, "26 to 300");
  compare<rows>(suite, "784-128-10 rows");
  compare<second>(suite, "hessian of 20");
  compare<sparse>(suite, "three diagonals");
}
