// SPDX-License-Identifier: MIT
// regression: 1,000 observations of 10 to 150 features; all have the data feature by feature.
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

struct regression_problem {
  static constexpr std::size_t rows = 1000;
  std::size_t n;
  reals w, x, y;
  double b = 0.3, sigma = 0.9;
  decltype(fx::value_and_grad<"w", "b", "sigma">(functions::regression)) program;

  explicit regression_problem(std::size_t features)
      : n(features), w(numbers(n, 7)), x(numbers(n * rows, 5)), y(numbers(rows, 6)) {}
  std::size_t size() const { return n + 2; }
  reals inputs() const {
    reals all = w;
    all.push_back(b), all.push_back(sigma);
    return all;
  }
  auto call() { return program(w, b, sigma, fx::tensor_view<const double, 2>(x.data(), {n, rows}), y); }

  template <class T> std::vector<T> residuals() const {
    std::vector<T> r(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      T fit = b;
      for (std::size_t j = 0; j < n; ++j) fit += T(x[j * rows + i]) * w[j];
      r[i] = y[i] - fit;
    }
    return r;
  }
  template <class T> T density(const std::vector<T>& r) const {
    const T s = sigma;
    return -std::inner_product(r.begin(), r.end(), r.begin(), T(0)) / (2 * s * s) - T(rows) * std::log(s) -
           (std::inner_product(w.begin(), w.end(), w.begin(), T(0)) + T(b) * b) / 2 - std::log(T(99) / 10);
  }
  long double expected(exact& gradient) const {
    const exact r = residuals<long double>();
    const long double s = sigma, squares = std::inner_product(r.begin(), r.end(), r.begin(), 0.0L);
    gradient.assign(n, 0);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < n; ++j) gradient[j] += x[j * rows + i] * r[i] / (s * s);
    for (std::size_t j = 0; j < n; ++j) gradient[j] -= w[j];
    gradient.push_back(std::accumulate(r.begin(), r.end(), 0.0L) / (s * s) - b);
    gradient.push_back(squares / (s * s * s) - rows / s);
    return density(r);
  }
  double objective() const { return density(residuals<double>()); }
};

#if FLUXPP_HAS_FASTAD
auto design_of(const regression_problem& p) {
  return Eigen::Map<const Eigen::MatrixXd>(p.x.data(), p.rows, static_cast<Eigen::Index>(p.n));
}
/// FastAD keeps a copy of x and y.
auto expression(const regression_problem& p, fastad_vector& x) {
  ad::VarView<double, ad::vec> w(x.data(), x.data_adj(), p.n);
  ad::VarView<double> b(x.data() + p.n, x.data_adj() + p.n), sigma(x.data() + p.n + 1, x.data_adj() + p.n + 1);
  return ad::normal_adj_log_pdf(as_eigen(p.y), ad::dot(Eigen::MatrixXd(design_of(p)), w) + b, sigma) +
         ad::normal_adj_log_pdf(w, 0., 1.) + ad::normal_adj_log_pdf(b, 0., 1.) +
         ad::uniform_adj_log_pdf(sigma, 0.1, 10.);
}
double eigen_value(const regression_problem& p, const Eigen::VectorXd& x) {
  const Eigen::Map<const Eigen::VectorXd> y(p.y.data(), p.rows);
  const auto w = x.head(static_cast<Eigen::Index>(p.n));
  return -0.5 * (y - ((design_of(p) * w).array() + p.b).matrix()).squaredNorm() / (p.sigma * p.sigma) -
         p.rows * std::log(p.sigma) - 0.5 * w.squaredNorm() - 0.5 * p.b * p.b - std::log(9.9);
}
#endif

} // namespace

void add_regression(const bench::suite& s) {
  for (std::size_t n = 10; n <= 150; n += 10) run<regression_problem>(s, "regression", n);
}

} // namespace fastad_suite
