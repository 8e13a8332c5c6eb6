// SPDX-License-Identifier: MIT
// Programs with regions in the CPU evaluator: the same numbers as the reference, for named extents, call after call.
#include "catch.hpp"

#include <fluxpp/fluxpp.hpp>

#include <vector>

namespace {

namespace fx = fluxpp;
using fx::tensor;
using fx::var;

/// A recurrent network over sequences, and the loss of its outputs.
template <bool Rewind> constexpr var loss_of(var h, var w, var x) {
  const auto [last, all] = fx::scan(
      [&](var s, var e) {
        s = fx::tanh(fx::matmul(s, w) + e);
        return std::pair{s, s};
      },
      h, x, {.rewind = Rewind});
  return fx::sum(fx::square(last)) + fx::mean(all * all);
}
constexpr auto loss = fx::function<"h", "w", "x">([](auto h, auto w, auto x) { return loss_of<false>(h, w, x); });
constexpr auto rewound = fx::function<"h", "w", "x">([](auto h, auto w, auto x) { return loss_of<true>(h, w, x); });

/// What the callable should give, and its gradient, by plain loops in reverse.
struct plain {
  double value = 0;
  std::vector<double> h, w, x;

  plain(const tensor<double, 2>& h0, const tensor<double, 2>& w0, const tensor<double, 3>& x0)
      : h(h0.size()), w(w0.size()), x(x0.size()) {
    const std::size_t steps = x0.shape()[0], rows = h0.shape()[0], n = h0.shape()[1], size = rows * n;
    std::vector<std::vector<double>> s{{h0.data(), h0.data() + size}};
    for (std::size_t t = 0; t < steps; ++t) {
      std::vector<double> next(size);
      for (std::size_t i = 0; i < size; ++i) {
        double sum = x0[t * size + i];
        for (std::size_t k = 0; k < n; ++k) sum += s[t][i / n * n + k] * w0[k * n + i % n];
        next[i] = std::tanh(sum);
      }
      s.push_back(next);
    }
    const double share = 1.0 / static_cast<double>(steps * size);
    std::vector<double> bar(size);
    for (std::size_t i = 0; i < size; ++i) value += s[steps][i] * s[steps][i], bar[i] = 2 * s[steps][i];
    for (std::size_t t = steps; t-- > 0;) {
      std::vector<double> before(size);
      for (std::size_t i = 0; i < size; ++i) {
        const double y = s[t + 1][i], slope = (bar[i] + 2 * share * y) * (1 - y * y);
        value += share * y * y;
        x[t * size + i] = slope;
        for (std::size_t k = 0; k < n; ++k) {
          before[i / n * n + k] += slope * w0[k * n + i % n];
          w[k * n + i % n] += slope * s[t][i / n * n + k];
        }
      }
      bar = before;
    }
    h = bar;
  }
};

/// Whether the gradient of F has an array of the carries of all runs.
template <class F> bool keeps_carries(F) {
  using transform = fx::autodiff::gradient_transform<F, true>;
  using program =
      fx::evaluator_of<fx::cpu_tag>::program<transform, tensor<double, 2>, tensor<double, 2>, tensor<double, 3>>;
  fx::graph::tape t;
  program::trace(t);
  const fx::graph::tables g = fx::graph::dce(t);
  for (const fx::graph::node& n : g.blocks[0].nodes)
    if (n.op->kind == fx::graph::kind::result &&
        g.attribute_table[n.attr].value[0] == static_cast<int>(fx::graph::result_role::entries))
      return true;
  return false;
}

template <std::size_t Rank> tensor<double, Rank> filled(std::array<std::size_t, Rank> shape, double by) {
  tensor<double, Rank> x(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.5 * std::sin(by * static_cast<double>(i + 1));
  return x;
}
template <class A, class B> double worst(const A& a, const B& b) {
  REQUIRE(a.size() == b.size());
  double w = 0;
  for (std::size_t i = 0; i < b.size(); ++i) w = std::max(w, std::abs(a[i] - b[i]));
  return w;
}

} // namespace

TEST_CASE("a gradient through a scan is that of plain loops, for any number of runs", "[eval]") {
  auto f = fx::value_and_grad(loss);
  for (const std::size_t steps : {1u, 2u, 7u, 2u}) {
    const auto h = filled<2>({3, 5}, 1.3), w = filled<2>({5, 5}, 0.7);
    const auto x = filled<3>({steps, 3, 5}, 0.9);
    const plain expected(h, w, x);
    const auto [value, g] = f(h, w, x);
    CHECK(std::abs(value - expected.value) <= 1e-13);
    CHECK(worst(g.get<"h">(), expected.h) <= 1e-13);
    CHECK(worst(g.get<"w">(), expected.w) <= 1e-13);
    CHECK(worst(g.get<"x">(), expected.x) <= 1e-13);
  }
}

TEST_CASE("a scan that is rewound gives the same gradients from a few carries", "[eval]") {
  auto f = fx::value_and_grad(loss);
  auto g = fx::value_and_grad(rewound);
  CHECK(keeps_carries(loss));
  CHECK(!keeps_carries(rewound));
  for (const std::size_t steps : {1u, 2u, 3u, 8u, 37u}) {
    INFO(steps << " runs");
    const auto h = filled<2>({3, 5}, 1.3), w = filled<2>({5, 5}, 0.7);
    const auto x = filled<3>({steps, 3, 5}, 0.9);
    const auto a = f(h, w, x), b = g(h, w, x);
    CHECK(a.value == b.value);
    CHECK(worst(b.gradient.get<"h">(), a.gradient.get<"h">()) == 0);
    CHECK(worst(b.gradient.get<"w">(), a.gradient.get<"w">()) <= 1e-14); // one product for all runs there
    CHECK(worst(b.gradient.get<"x">(), a.gradient.get<"x">()) == 0);
  }
}

TEST_CASE("a scan that is rewound inside a scan, and inside a branch, gives the same gradients", "[eval]") {
  const auto nested = []<bool Rewind>(std::bool_constant<Rewind>) {
    return fx::function<"h", "e", "x">([](auto h, auto e, auto x) {
      const auto inner = [&](var s, var factor) {
        return fx::scan(
                   [&](var v, var y) {
                     return std::pair{fx::tanh(v * factor + y), fx::sum(v)};
                   },
                   s, x, {.rewind = Rewind})
            .first;
      };
      const var outer = fx::scan([&](var s, var factor) { return std::pair{inner(s, factor), factor}; }, h, e).first;
      return fx::sum(fx::cond(
          fx::sum(h), [&](var v) { return inner(v, 0.5); }, [&](var v) { return v; }, outer));
    });
  };
  auto f = fx::grad(nested(std::false_type{}));
  auto g = fx::grad(nested(std::true_type{}));
  const auto h = filled<1>({3}, 1.3), e = filled<1>({4}, 0.7);
  const auto x = filled<2>({6, 3}, 0.9);
  const auto a = f(h, e, x), b = g(h, e, x);
  CHECK(worst(b.template get<"h">(), a.template get<"h">()) <= 1e-15);
  CHECK(worst(b.template get<"e">(), a.template get<"e">()) <= 1e-15);
  CHECK(worst(b.template get<"x">(), a.template get<"x">()) <= 1e-15);
}

TEST_CASE("a branch that is not taken gives no gradient, whatever is in its argument", "[eval]") {
  auto g = fx::grad<"w">(fx::function<"x", "w">([](auto x, auto w) {
    return fx::cond(
        0.0 * fx::sum(w), [&](var v) { return fx::sum(fx::tanh(fx::matmul(v, w))); }, [&](var) { return fx::sum(w); },
        x);
  }));
  auto x = filled<2>({3, 2}, 1.0);
  x[1] = std::numeric_limits<double>::infinity();
  for (const double v : g(x, filled<2>({2, 2}, 0.5))) CHECK(v == 1);
}

TEST_CASE("on the way back half-way states are kept, log2 n of them", "[eval]") {
  fx::eval::rewinder rewinder;
  for (const int n : {1, 2, 3, 64, 1000}) {
    int state = -1, most = 0, runs = 0;
    std::vector<int> kept(64, -1);
    rewinder.start();
    for (int k = n - 1; k >= 0; --k) {
      rewinder.move_to(
          k,
          [&](int which, int run) {
            state = which < 0 ? 0 : kept[static_cast<std::size_t>(which)];
            CHECK(state == run);
          },
          [&](int which, int run) {
            CHECK(state == run);
            kept[static_cast<std::size_t>(which)] = state;
            most = std::max(most, which + 1);
          },
          [&](int run) {
            CHECK(state == run);
            ++state, ++runs;
          });
      CHECK(state == k);
    }
    const double halves = std::log2(n);
    CHECK(most <= halves);
    CHECK(runs <= n * (halves / 2 + 1));
  }
}

TEST_CASE("a Hessian-vector product through a scan is the difference of gradients", "[eval]") {
  const auto h = filled<2>({2, 3}, 1.3), w = filled<2>({3, 3}, 0.7), dw = filled<2>({3, 3}, 2.1);
  const auto x = filled<3>({4, 2, 3}, 0.9);
  auto hw = fx::hvp<"w">(loss);
  const auto product = hw(h, w, x, fx::zero, dw, fx::zero);
  auto moved = [&](double by) {
    tensor<double, 2> at = w;
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += by * dw[i];
    return plain(h, at, x).w;
  };
  const auto up = moved(1e-5), down = moved(-1e-5);
  for (std::size_t i = 0; i < up.size(); ++i) CHECK(std::abs(product[i] - (up[i] - down[i]) / 2e-5) <= 1e-8);
}

TEST_CASE("a scan over arrays of different length is refused at the call", "[eval]") {
  auto f = fx::compile([](auto x, auto y) {
    return fx::scan(
               [](var s, auto e) {
                 return std::pair{s + std::get<0>(e) * std::get<1>(e), s};
               },
               0.0, std::tuple{x, y})
        .first;
  });
  CHECK(f(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5, 6}) == 32);
  CHECK_THROWS_AS(f(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5}), fx::shape_error);
}

TEST_CASE("a Jacobian of a scan goes along its directions one by one", "[eval]") {
  auto sums = fx::jacobian([](auto x) {
    return fx::scan([](var s, var e) { return std::pair{s + e * e, s + e * e}; }, 0.0, x).second;
  });
  const auto j = sums(std::vector<double>{1, 2, 3});
  const double expected[3][3] = {{2, 0, 0}, {2, 4, 0}, {2, 4, 6}};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) CHECK(j[3 * i + k] == expected[i][k]);
}
