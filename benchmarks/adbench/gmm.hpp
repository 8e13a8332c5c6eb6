// SPDX-License-Identifier: MIT
#pragma once
// GMM: log-likelihood of a Gaussian mixture with a Wishart prior. Its instances, and the objective and gradient by plain loops.
// source   microsoft/ADBench 38cb793, docs/FileFormat.md; Srajer, Kukelova, Fitzgibbon 2018, arXiv:1807.10129, section 4.1
#include "number_file.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace adbench {

/// gmm: K components of dimension d and n points. A row of icf is the logarithms of the diagonal of a triangle Q, then
/// what is below it, column after column. The prior counts with this sign: + in ADBench, - in gradbench.
struct gmm {
  std::size_t d, k, n;
  std::vector<double> alpha, mu, icf, x;
  double gamma = 1;
  int m = 0;
  double sign = 1;

  std::size_t triangle() const { return d * (d + 1) / 2; }
  /// The place of Q(r, s) in a row of icf.
  std::size_t place(std::size_t r, std::size_t s) const {
    return r == s ? r : d + s * d - s * (s + 1) / 2 + (r - s - 1);
  }
  /// What does not depend on the parameters.
  double constant() const {
    const auto dims = static_cast<double>(d), nu = dims + m + 1;
    double log_gamma = 0.25 * dims * (dims - 1) * std::log(std::numbers::pi);
    for (std::size_t j = 0; j < d; ++j) log_gamma += std::lgamma((nu - static_cast<double>(j)) / 2);
    const double c = nu * dims * (std::log(gamma) - 0.5 * std::numbers::ln2) - log_gamma;
    return -0.5 * static_cast<double>(n) * dims * std::log(2 * std::numbers::pi) - sign * static_cast<double>(k) * c;
  }
};

inline gmm read_gmm(const std::string& path) {
  number_file file(path);
  constexpr std::int64_t most = 1'000'000;
  gmm g;
  g.d = file.size("d", most), g.k = file.size("K", most), g.n = file.size("n", most);
  g.alpha = file.reals("alpha", g.k), g.mu = file.reals("means", g.k * g.d);
  g.icf = file.reals("icf", g.k * g.triangle()), g.x = file.reals("x", g.n * g.d);
  g.gamma = file.real("gamma"), g.m = file.whole("m", 0, most);
  if (!(g.gamma > 0)) file.fail("gamma", "the prior needs gamma > 0");
  file.finish();
  return g;
}

/// gmm_by_hand<T>: the objective and its gradient in alpha, mu, icf.
template <class T> class gmm_by_hand {
public:
  explicit gmm_by_hand(const gmm& g)
      : p_(g), q_(g.k * g.d * g.d), sum_q_(g.k), c_(g.k * g.d), z_(g.k * g.d), beta_(g.k) {}

  T value() {
    T total = start();
    for (std::size_t i = 0; i < p_.n; ++i) total += point(i);
    return total;
  }
  T gradient(std::vector<T>& g) {
    g.assign(p_.k * (1 + p_.d + p_.triangle()), 0);
    alpha_ = g.data(), mu_ = alpha_ + p_.k, icf_ = mu_ + p_.k * p_.d;
    T total = start();
    for (std::size_t i = 0; i < p_.n; ++i) {
      const T lse = point(i);
      total += lse;
      for (std::size_t k = 0; k < p_.k; ++k) back(k, std::exp(beta_[k] - lse));
    }
    const T lse = log_sum_exp(p_.alpha);
    for (std::size_t k = 0; k < p_.k; ++k) {
      alpha_[k] -= T(p_.n) * std::exp(p_.alpha[k] - lse);
      back_of_prior(k);
    }
    return total;
  }

private:
  template <class Array> static T log_sum_exp(const Array& x) {
    const T most = *std::max_element(x.begin(), x.end());
    T sum = 0;
    for (const T v : x) sum += std::exp(v - most);
    return most + std::log(sum);
  }
  /// Unpacks all Q; the value without the points.
  T start() {
    T squares = 0, logs = 0;
    for (std::size_t k = 0; k < p_.k; ++k) {
      const double* row = &p_.icf[k * p_.triangle()];
      T* q = &q_[k * p_.d * p_.d];
      sum_q_[k] = 0;
      for (std::size_t r = 0; r < p_.d; ++r) {
        for (std::size_t s = 0; s < r; ++s) q[r * p_.d + s] = row[p_.place(r, s)];
        q[r * p_.d + r] = std::exp(T(row[r]));
        sum_q_[k] += row[r];
        for (std::size_t s = 0; s <= r; ++s) squares += q[r * p_.d + s] * q[r * p_.d + s];
      }
      logs += sum_q_[k];
    }
    const T prior = T(p_.gamma) * p_.gamma / 2 * squares - p_.m * logs;
    return p_.constant() + p_.sign * prior - T(p_.n) * log_sum_exp(p_.alpha);
  }
  /// The logarithm of the density at a point, without constants; c, z and beta of all components.
  T point(std::size_t i) {
    for (std::size_t k = 0; k < p_.k; ++k) {
      const T* q = &q_[k * p_.d * p_.d];
      T *c = &c_[k * p_.d], *z = &z_[k * p_.d], squares = 0;
      for (std::size_t r = 0; r < p_.d; ++r) {
        c[r] = p_.x[i * p_.d + r] - T(p_.mu[k * p_.d + r]);
        z[r] = 0;
        for (std::size_t s = 0; s <= r; ++s) z[r] += q[r * p_.d + s] * c[s];
        squares += z[r] * z[r];
      }
      beta_[k] = p_.alpha[k] + sum_q_[k] - squares / 2;
    }
    return log_sum_exp(beta_);
  }
  void back(std::size_t k, T share) {
    const T *q = &q_[k * p_.d * p_.d], *c = &c_[k * p_.d], *z = &z_[k * p_.d];
    T *mu = &mu_[k * p_.d], *icf = &icf_[k * p_.triangle()];
    alpha_[k] += share;
    for (std::size_t s = 0; s < p_.d; ++s) {
      T turned = 0;
      for (std::size_t r = s; r < p_.d; ++r) turned += q[r * p_.d + s] * z[r];
      mu[s] += share * turned;
      icf[s] += share * (1 - q[s * p_.d + s] * c[s] * z[s]);
      T* below = icf + p_.place(s + 1, s);
      for (std::size_t r = s + 1; r < p_.d; ++r) below[r - s - 1] -= share * z[r] * c[s];
    }
  }
  void back_of_prior(std::size_t k) {
    const T square = T(p_.gamma) * p_.gamma;
    const T* q = &q_[k * p_.d * p_.d];
    T* icf = &icf_[k * p_.triangle()];
    for (std::size_t r = 0; r < p_.d; ++r) {
      icf[r] += p_.sign * (square * q[r * p_.d + r] * q[r * p_.d + r] - p_.m);
      for (std::size_t s = 0; s < r; ++s) icf[p_.place(r, s)] += p_.sign * square * q[r * p_.d + s];
    }
  }

  const gmm& p_;
  std::vector<T> q_, sum_q_, c_, z_, beta_;
  T *alpha_ = nullptr, *mu_ = nullptr, *icf_ = nullptr;
};

} // namespace adbench
