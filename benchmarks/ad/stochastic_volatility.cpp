// SPDX-License-Identifier: MIT
// stochastic_volatility: an exponential per day and two linear recurrences. The name counts the inputs as FastAD has them,
// with n numbers of scratch; there are n + 3.
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

template <class T> T cauchy(T x, T scale) { return std::log(scale * (1 + x / scale * (x / scale))); }

struct volatility_problem {
  std::size_t n;
  reals e, y;
  double phi = 0.6, sigma = 0.7, mu = -0.2;
  decltype(fx::value_and_grad<"e", "phi", "sigma", "mu">(functions::stochastic_volatility)) program;

  explicit volatility_problem(std::size_t days) : n(days), e(numbers(n, 8)), y(numbers(n, 9)) {}
  std::size_t size() const { return 2 * n + 3; }
  reals inputs() const {
    reals all = e;
    all.resize(2 * n);
    for (double v : {phi, sigma, mu}) all.push_back(v);
    return all;
  }
  auto call() { return program(e, phi, sigma, mu, y); }

  /// d, and the value.
  template <class T> T density(std::vector<T>& d) const {
    T sum = 0, last = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const T own = T(sigma) * e[i];
      last = i == 0 ? own / std::sqrt(1 - T(phi) * phi) : own + phi * last;
      d[i] = last;
      const T h = mu + last;
      sum -= (T(y[i]) * y[i] * std::exp(-h) + h + T(e[i]) * e[i]) / 2;
    }
    return sum - cauchy<T>(sigma, 5) - cauchy<T>(mu, 10) - std::log(T(2));
  }
  /// The adjoint is a recurrence from the end.
  long double expected(exact& gradient) const {
    exact d(n), a(n), b(n);
    const long double value = density(d), f = phi, s = sigma, m = mu, start = 1 / std::sqrt(1 - f * f);
    for (std::size_t i = 0; i < n; ++i) a[i] = (static_cast<long double>(y[i]) * y[i] * std::exp(-m - d[i]) - 1) / 2;
    for (std::size_t i = n; i-- > 0;) b[i] = a[i] + (i + 1 < n ? f * b[i + 1] : 0);
    long double df = b[0] * s * e[0] * f * start * start * start, ds = b[0] * e[0] * start;
    gradient.assign(1, s * b[0] * start - e[0]);
    for (std::size_t i = 1; i < n; ++i) {
      gradient.push_back(s * b[i] - e[i]);
      df += b[i] * d[i - 1], ds += b[i] * e[i];
    }
    gradient.push_back(df);
    gradient.push_back(ds - 2 * s / (25 + s * s));
    gradient.push_back(std::accumulate(a.begin(), a.end(), 0.0L) - 2 * m / (100 + m * m));
    return value;
  }
  double objective() const {
    static std::vector<double> d;
    d.resize(n);
    return density(d);
  }
};

#if FLUXPP_HAS_FASTAD
auto expression(const volatility_problem& p, fastad_vector& x) {
  const std::size_t n = p.n;
  ad::VarView<double, ad::vec> e(x.data(), x.data_adj(), n), h(x.data() + n, x.data_adj() + n, n);
  ad::VarView<double> phi(x.data() + 2 * n, x.data_adj() + 2 * n),
      sigma(x.data() + 2 * n + 1, x.data_adj() + 2 * n + 1), mu(x.data() + 2 * n + 2, x.data_adj() + 2 * n + 2);
  return ((h = e * sigma, h[0] /= ad::sqrt(1. - phi * phi), h += mu,
           ad::for_each(counting{1}, counting{n}, [&](std::size_t i) { return h[i] += phi * (h[i - 1] - mu); })),
          ad::normal_adj_log_pdf(as_eigen(p.y), 0., ad::exp(h / 2.)) + ad::normal_adj_log_pdf(e, 0., 1.) +
              ad::cauchy_adj_log_pdf(sigma, 0., 5.) + ad::cauchy_adj_log_pdf(mu, 0., 10.) +
              ad::uniform_adj_log_pdf(phi, -1., 1.));
}
double eigen_value(const volatility_problem& p, const Eigen::VectorXd& x) {
  static Eigen::ArrayXd h;
  const auto n = static_cast<Eigen::Index>(p.n);
  h = x.head(n).array() * p.sigma;
  h[0] /= std::sqrt(1 - p.phi * p.phi);
  h += p.mu;
  for (Eigen::Index i = 1; i < n; ++i) h[i] += p.phi * (h[i - 1] - p.mu);
  const Eigen::ArrayXd deviation = (h / 2).exp();
  const Eigen::Map<const Eigen::ArrayXd> y(p.y.data(), n);
  return -0.5 * (y / deviation).matrix().squaredNorm() - deviation.log().sum() - 0.5 * x.head(n).squaredNorm() -
         cauchy<double>(p.sigma, 5) - cauchy<double>(p.mu, 10) - std::log(2.0);
}
#endif

} // namespace

void add_stochastic_volatility(const bench::suite& s) {
  for (std::size_t n = 2; n <= 8192; n *= 2) run<volatility_problem>(s, "stochastic_volatility", n);
}

} // namespace fastad_suite
