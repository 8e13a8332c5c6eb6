// SPDX-License-Identifier: MIT
// Fused programs beside fused loops written by hand, with the same SIMD functions and with those of xsimd alone: value and
// gradient, one thread.
#include "each_batch.hpp"
#include "harness.hpp"

#include <fluxpp/fluxpp.hpp>

#include <xsimd/xsimd.hpp>

#include <array>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

namespace fx = fluxpp;
using bench::batch, bench::each_batch, bench::keep, bench::load, bench::store;

namespace {

std::mt19937 generator(1);
template <class T> void randomise(std::vector<T>& x, double mean, double deviation) {
  std::normal_distribution<double> normal(mean, deviation);
  for (T& v : x) v = static_cast<T>(normal(generator));
}

// [log_sum_exp]
constexpr auto log_sum_exp = fx::function<"x">([](auto x) { return fx::logsumexp(x); });

template <class T> T log_sum_exp_by_hand(const std::vector<T>& x, std::vector<T>& gradient) {
  using V = batch<T>;
  constexpr T inf = std::numeric_limits<T>::infinity();
  const std::size_t n = x.size();
  V largest[4]{-inf, -inf, -inf, -inf};
  each_batch<T, 4>(n, [&](std::size_t i, auto k, auto lanes) {
    largest[k] = max(keep(load(&x[i], lanes), lanes, -inf), largest[k]);
  });
  const T m = reduce_max(max(max(largest[0], largest[1]), max(largest[2], largest[3])));
  V sum[4]{T(0), T(0), T(0), T(0)};
  each_batch<T, 4>(n, [&](std::size_t i, auto k, auto lanes) {
    const V e = exp(load(&x[i], lanes) - m);
    store(e, &gradient[i], lanes);
    sum[k] += keep(e, lanes, T(0));
  });
  const T total = reduce_add((sum[0] + sum[1]) + (sum[2] + sum[3]));
  each_batch<T, 4>(n, [&](std::size_t i, auto, auto lanes) {
    store(load(&gradient[i], lanes) * (T(1) / total), &gradient[i], lanes);
  });
  return m + std::log(total);
}
// [log_sum_exp]

/// The same with nothing but xsimd, its exponential included.
template <class T> T log_sum_exp_by_xsimd(const std::vector<T>& x, std::vector<T>& gradient) {
  using V = xsimd::batch<T>;
  constexpr std::size_t width = V::size, block = 4 * width;
  const std::size_t whole = x.size() / block * block;
  const auto fold = [](const V(&v)[4], auto&& combine) {
    const V all = combine(combine(v[0], v[1]), combine(v[2], v[3]));
    T one[width];
    all.store_unaligned(one);
    return std::accumulate(one + 1, one + width, one[0], combine);
  };
  const auto larger = [](const auto& a, const auto& b) {
    using std::max;
    return max(a, b);
  };
  const V least(-std::numeric_limits<T>::infinity());
  V largest[4]{least, least, least, least};
  for (std::size_t i = 0; i < whole; i += block)
    for (std::size_t k = 0; k < 4; ++k) largest[k] = larger(largest[k], V::load_unaligned(&x[i + k * width]));
  T m = fold(largest, larger);
  for (std::size_t i = whole; i < x.size(); ++i) m = std::max(m, x[i]);
  V sum[4]{V(T(0)), V(T(0)), V(T(0)), V(T(0))};
  for (std::size_t i = 0; i < whole; i += block)
    for (std::size_t k = 0; k < 4; ++k) {
      const V e = xsimd::exp(V::load_unaligned(&x[i + k * width]) - V(m));
      e.store_unaligned(&gradient[i + k * width]);
      sum[k] += e;
    }
  T total = fold(sum, std::plus<>());
  for (std::size_t i = whole; i < x.size(); ++i) total += gradient[i] = std::exp(x[i] - m);
  const V scale(T(1) / total);
  for (std::size_t i = 0; i < whole; i += width)
    (V::load_unaligned(&gradient[i]) * scale).store_unaligned(&gradient[i]);
  for (std::size_t i = whole; i < x.size(); ++i) gradient[i] *= T(1) / total;
  return m + std::log(total);
}

template <class T> struct log_sum_exp_case {
  std::vector<T> x, ours_gradient, hand_gradient;
  decltype(fx::value_and_grad(log_sum_exp)) program;
  const T* gradient = nullptr;
  T value = 0, hand_value = 0;

  explicit log_sum_exp_case(std::size_t n) : x(n), hand_gradient(n) {}
  void renew() { randomise(x, 0, 2); }
  void ours() {
    const auto [y, g] = program(x);
    value = y, gradient = g.template get<"x">().data();
    bench::keep(gradient);
  }
  void reference() {
    hand_value = log_sum_exp_by_hand(x, hand_gradient);
    bench::keep(hand_gradient);
  }
  double difference() {
    ours_gradient.assign(gradient, gradient + x.size());
    return std::max(bench::difference(ours_gradient, hand_gradient),
                    bench::difference(std::array{value}, std::array{hand_value}));
  }
};

template <class T> struct log_sum_exp_xsimd_case : log_sum_exp_case<T> {
  using log_sum_exp_case<T>::log_sum_exp_case;
  void reference() {
    this->hand_value = log_sum_exp_by_xsimd(this->x, this->hand_gradient);
    bench::keep(this->hand_gradient);
  }
};

// [normal]
constexpr auto negative_log_density = fx::function<"mu", "sigma", "x">([](auto mu, auto sigma, auto x) {
  auto z = (x - mu) / sigma;
  return fx::mean(0.5 * z * z + fx::log(sigma));
});

template <class T> std::array<T, 3> negative_log_density_by_hand(T mu, T sigma, const std::vector<T>& x) {
  using V = batch<T>;
  V first[4]{T(0), T(0), T(0), T(0)}, second[4]{T(0), T(0), T(0), T(0)};
  each_batch<T, 4>(x.size(), [&](std::size_t i, auto k, auto lanes) {
    const V d = keep(load(&x[i], lanes) - mu, lanes, T(0));
    first[k] += d;
    second[k] = fma(d, d, second[k]);
  });
  const T r = T(1) / sigma, count = T(1) / static_cast<T>(x.size());
  const T z = reduce_add((first[0] + first[1]) + (first[2] + first[3])) * r * count;
  const T zz = reduce_add((second[0] + second[1]) + (second[2] + second[3])) * r * r * count;
  return {T(0.5) * zz + std::log(sigma), -z * r, r * (T(1) - zz)};
}
// [normal]

template <class T> struct normal_case {
  std::vector<T> x;
  T mu = T(0.1), sigma = T(1.3);
  decltype(fx::value_and_grad<"mu", "sigma">(negative_log_density)) program;
  std::array<T, 3> result{}, hand_result{};

  explicit normal_case(std::size_t n) : x(n) {}
  void renew() { randomise(x, 0.2, 1.5); }
  void ours() {
    const auto [y, g] = program(mu, sigma, x);
    result = {y, g.template get<"mu">(), g.template get<"sigma">()};
    bench::keep(result);
  }
  void reference() {
    hand_result = negative_log_density_by_hand(mu, sigma, x);
    bench::keep(hand_result);
  }
  double difference() const { return bench::difference(result, hand_result); }
};

// [chain]
constexpr auto chain = fx::function<"x">([](auto x) {
  auto a = fx::exp(0.5 * x);
  auto b = fx::tanh(a - x);
  auto c = b * x + a;
  auto d = fx::sigmoid(0.25 * c);
  return fx::sum(d * b - x);
});

template <class T> T chain_by_hand(const std::vector<T>& values, std::vector<T>& gradient) {
  using V = batch<T>;
  V sum[2]{T(0), T(0)};
  each_batch<T, 2>(values.size(), [&](std::size_t i, auto k, auto lanes) {
    const V x = load(&values[i], lanes);
    const V a = exp(x * T(0.5)), b = tanh(a - x), d = fx::ops::sigmoid::forward(fma(b, x, a) * T(0.25));
    sum[k] += keep(fma(d, b, -x), lanes, T(0));
    const V dc = b * d * (T(1) - d) * T(0.25);
    const V dt = fma(dc, x, d) * fnma(b, b, T(1));
    const V da = dc + dt;
    store(fma(da * a, T(0.5), fma(dc, b, -dt)) - T(1), &gradient[i], lanes);
  });
  return reduce_add(sum[0] + sum[1]);
}
// [chain]

template <class T> struct chain_case : log_sum_exp_case<T> {
  decltype(fx::value_and_grad(chain)) program;

  using log_sum_exp_case<T>::log_sum_exp_case;
  void ours() {
    const auto [y, g] = program(this->x);
    this->value = y, this->gradient = g.template get<"x">().data();
    bench::keep(this->gradient);
  }
  void reference() {
    this->hand_value = chain_by_hand(this->x, this->hand_gradient);
    bench::keep(this->hand_gradient);
  }
};

template <class T> void run(const bench::suite& s, const std::string& type, double tolerance) {
  const auto by_hand = [&](const std::string& what, std::size_t n, auto& c) {
    s.compare(what + " " + type + " n=" + std::to_string(n), tolerance, c,
              bench::reference{"loop by hand", [&c] { c.reference(); }});
  };
  for (std::size_t n : {1000, 1'000'000}) {
    log_sum_exp_case<T> c(n);
    by_hand("log_sum_exp", n, c);
    log_sum_exp_xsimd_case<T> alone(n);
    by_hand("log_sum_exp, xsimd", n, alone);
  }
  for (std::size_t n : {1000, 1'000'000}) {
    normal_case<T> c(n);
    by_hand("normal", n, c);
  }
  chain_case<T> c(1'000'000);
  by_hand("chain", 1'000'000, c);
}

} // namespace

int main(int argc, char** argv) {
  fx::kernels::thread_pool::instance().resize(1);
  const bench::suite s(argc, argv);
  run<float>(s, "f32", 2e-4);
  run<double>(s, "f64", 1e-10);
}
