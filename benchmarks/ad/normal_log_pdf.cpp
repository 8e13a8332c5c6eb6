// SPDX-License-Identifier: MIT
// normal_log_pdf of all elements, mean and deviation given: one pass, two reads' worth of memory.
#include "../each_batch.hpp"
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

struct normal_problem : vector_problem<functions::normal_log_pdf> {
  static constexpr double mu = -0.56, sigma = 1.37;

  explicit normal_problem(std::size_t n) : vector_problem(numbers(n, 3)) {}
  double constant() const { return static_cast<double>(x.size()) * std::log(sigma); }
  long double expected(exact& gradient) const {
    const long double deviation = sigma;
    long double squares = 0;
    gradient.clear();
    for (double v : x) {
      const long double d = v - static_cast<long double>(mu);
      squares += d * d;
      gradient.push_back(-d / (deviation * deviation));
    }
    return -squares / (2 * deviation * deviation) - static_cast<long double>(x.size()) * std::log(deviation);
  }
  double objective() const {
    double squares = 0;
    for (double v : x) squares += (v - mu) / sigma * ((v - mu) / sigma);
    return -0.5 * squares - constant();
  }

  template <class Each> double squares(Each&& each) const {
    using V = bench::batch<double>;
    V sum[4]{0.0, 0.0, 0.0, 0.0};
    bench::each_batch<double, 4>(x.size(), [&](std::size_t i, auto k, auto lanes) {
      const V d = bench::keep(bench::load(&x[i], lanes) - V(mu), lanes, 0.0);
      sum[k] = fma(d, d, sum[k]);
      each(d, i, lanes);
    });
    return reduce_add((sum[0] + sum[1]) + (sum[2] + sum[3])) / (sigma * sigma);
  }
  double value() const {
    return -0.5 * squares([](auto, auto, auto) {}) - constant();
  }
  double gradient() {
    const bench::batch<double> scale(-1 / (sigma * sigma));
    return -0.5 * squares([&](auto d, std::size_t i, auto lanes) { bench::store(d * scale, &g[i], lanes); }) -
           constant();
  }
};

#if FLUXPP_HAS_FASTAD
auto expression(const normal_problem& p, fastad_vector& x) { return ad::normal_adj_log_pdf(x, p.mu, p.sigma); }
double eigen_value(const normal_problem& p, const Eigen::VectorXd& x) {
  return -0.5 * ((x.array() - p.mu) / p.sigma).matrix().squaredNorm() - p.constant();
}
#endif

} // namespace

void add_normal_log_pdf(const bench::suite& s) {
  run_all<normal_problem>(s, "normal_log_pdf");
  run_fixed<normal_problem>(s, "fixed normal_log_pdf");
}

} // namespace fastad_suite
