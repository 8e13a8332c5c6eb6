// SPDX-License-Identifier: MIT
#pragma once
// The nine functions of FastAD's benchmark suite as a user writes them, and reproducible inputs for them.
#include "../flattened.hpp"

#include <fluxpp/fluxpp.hpp>

#include <cmath>
#include <new>
#include <vector>

namespace fastad_suite {
namespace fx = fluxpp;

namespace functions {

/// sum and sum_iter, prod and prod_iter are one function each: there is nothing to iterate.
constexpr auto sum = [](auto x) { return fx::sum(x); };
constexpr auto prod = [](auto x) { return fx::prod(x); };
/// As written, without the shift of fx::logsumexp.
constexpr auto log_sum_exp = [](auto x) { return fx::log(fx::sum(fx::exp(x))); };

/// Mean -0.56, standard deviation 1.37.
constexpr auto normal_log_pdf = [](auto x) {
  auto z = (x + 0.56) / 1.37;
  return -fx::sum(0.5 * z * z + 0.314810739840033548); // log 1.37
};

/// The matrices lie column by column.
constexpr auto matrix_product =
    fx::function<"a", "b">([](auto a, auto b) { return fx::sum(fx::matmul(fx::transpose(a), fx::transpose(b))); });

/// x has a row per feature. Priors: w and b normal, sigma uniform on [0.1, 10].
constexpr auto regression = fx::function<"w", "b", "sigma", "x", "y">([](auto w, auto b, auto sigma, auto x, auto y) {
  auto z = (y - fx::matmul(w, x) - b) / sigma;
  return -fx::sum(0.5 * z * z + fx::log(sigma)) - 0.5 * (fx::sum(w * w) + b * b) - 2.29253475714054424; // log 9.9
});

/// Log-variances h with mean mu and autocorrelation phi, their innovations e. Priors: phi uniform, sigma and mu Cauchy.
constexpr auto stochastic_volatility =
    fx::function<"e", "phi", "sigma", "mu", "y">([](auto e, auto phi, auto sigma, auto mu, auto y) {
      auto first = fx::iota(e, 0) < 1.0;
      auto d = fx::linear_recurrence(phi, sigma * e * fx::select(first, fx::rsqrt(1.0 - phi * phi), 1.0), 0);
      auto h = mu + d;
      auto cauchy = [](auto x, double scale) { return fx::log(scale + x * x / scale); };
      return -0.5 * fx::sum(y * y * fx::exp(-h) + h + e * e) - cauchy(sigma, 5) - cauchy(mu, 10) -
             0.693147180559945309; // log 2
    });

} // namespace functions

/// on_cache_lines: arrays begin on a cache line, as those of Eigen do.
template <class T> struct on_cache_lines {
  using value_type = T;
  static constexpr std::align_val_t line{64};
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), line)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, line); }
  friend bool operator==(on_cache_lines, on_cache_lines) { return true; }
};
using reals = std::vector<double, on_cache_lines<double>>;

/// numbers(n, c): sin(1.3 i + c) for i = 0, ... n - 1.
inline reals numbers(std::size_t n, double c) {
  reals u(n);
  for (std::size_t i = 0; i < n; ++i) u[i] = std::sin(1.3 * static_cast<double>(i) + c);
  return u;
}
/// factors(n): inputs of prod whose product neither overflows nor vanishes.
inline reals factors(std::size_t n) {
  reals x = numbers(n, 1);
  for (double& v : x) v = std::exp(0.1 * v);
  return x;
}

template <class Gradients> reals flattened(const Gradients& g) { return bench::flattened<reals>(g); }

} // namespace fastad_suite
