// SPDX-License-Identifier: MIT
// A Hessian-vector product of the multilayer perceptron (784-128-10, batch 64) beside its gradient, on one thread.
#include "harness.hpp"

#include <fluxpp/fluxpp.hpp>

#include <array>

namespace fx = fluxpp;

constexpr std::size_t batch = 64, inputs = 784, hidden = 128, classes = 10;
constexpr auto loss =
    fx::function<"w1", "b1", "w2", "b2", "x", "labels">([](auto w1, auto b1, auto w2, auto b2, auto x, auto labels) {
      return fx::cross_entropy(fx::matmul(fx::tanh(fx::matmul(x, w1) + b1), w2) + b2, labels);
    });

/// parameters: weights and biases of both layers, or a direction of them.
struct parameters {
  fx::tensor<float, 2> w1{{inputs, hidden}}, w2{{hidden, classes}};
  fx::tensor<float, 1> b1{{hidden}}, b2{{classes}};
  void draw(std::uint32_t stream) {
    fx::fill_normal(w1.data(), w1.size(), 1, stream, 0), fx::fill_normal(w2.data(), w2.size(), 2, stream, 0);
    fx::fill_normal(b1.data(), b1.size(), 3, stream, 0), fx::fill_normal(b2.data(), b2.size(), 4, stream, 0);
    for (float& v : w1) v *= 0.03f;
    for (float& v : w2) v *= 0.1f;
  }
};

/// The product is right where it is the difference of gradients at neighbouring points.
struct product {
  decltype(fx::hvp<"w1", "b1", "w2", "b2">(loss)) hvp;
  decltype(fx::value_and_grad<"w1", "b1", "w2", "b2">(loss)) gradient;
  parameters p, d;
  fx::tensor<float, 2> x{{batch, inputs}};
  std::vector<std::int32_t> labels = std::vector<std::int32_t>(batch);
  std::uint32_t round = 0;

  void renew() {
    p.draw(++round), d.draw(++round);
    fx::fill_uniform(x.data(), x.size(), 5, round, 0);
    for (std::size_t i = 0; i < batch; ++i) labels[i] = static_cast<std::int32_t>((i + round) % classes);
  }
  void ours() { bench::keep(hvp(p.w1, p.b1, p.w2, p.b2, x, labels, d.w1, d.b1, d.w2, d.b2, fx::zero, fx::zero)); }
  void by_gradient() { bench::keep(gradient(p.w1, p.b1, p.w2, p.b2, x, labels)); }
  double difference() {
    const auto h = hvp(p.w1, p.b1, p.w2, p.b2, x, labels, d.w1, d.b1, d.w2, d.b2, fx::zero, fx::zero);
    const std::vector<float> exact(h.get<"w2">().begin(), h.get<"w2">().end());
    const std::vector<float> up = gradient_at(0.01f), down = gradient_at(-0.01f);
    std::vector<float> numeric(exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) numeric[i] = (up[i] - down[i]) / 0.02f;
    return bench::difference(exact, numeric);
  }

private:
  std::vector<float> gradient_at(float t) {
    parameters q = p;
    const auto add = [t](auto& to, const auto& direction) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] += t * direction[i];
    };
    add(q.w1, d.w1), add(q.b1, d.b1), add(q.w2, d.w2), add(q.b2, d.b2);
    const auto [value, g] = gradient(q.w1, q.b1, q.w2, q.b2, x, labels);
    return {g.template get<"w2">().begin(), g.template get<"w2">().end()};
  }
};

int main(int argc, char** argv) {
  fx::kernels::thread_pool::instance().resize(1);
  const bench::suite suite(argc, argv);
  product mlp;
  suite.compare("784-128-10 batch 64", 1e-3, mlp, bench::reference{"gradient", [&] { mlp.by_gradient(); }});
}
