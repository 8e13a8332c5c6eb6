// SPDX-License-Identifier: MIT
// log_sum_exp, without a shift: two passes, one exponential per element.
#include "../each_batch.hpp"
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

struct log_sum_exp_problem : vector_problem<functions::log_sum_exp> {
  explicit log_sum_exp_problem(std::size_t n) : vector_problem(numbers(n, 2)) {}
  long double expected(exact& gradient) const {
    long double total = 0;
    gradient.clear();
    for (double v : x) gradient.push_back(std::exp(static_cast<long double>(v))), total += gradient.back();
    for (long double& v : gradient) v /= total;
    return std::log(total);
  }
  double objective() const {
    double total = 0;
    for (double v : x) total += std::exp(v);
    return std::log(total);
  }

  template <class Each> double total(Each&& each) const {
    using V = bench::batch<double>;
    V sum[2]{0.0, 0.0};
    bench::each_batch<double, 2>(x.size(), [&](std::size_t i, auto k, auto lanes) {
      const V e = exp(bench::load(&x[i], lanes));
      sum[k] += bench::keep(e, lanes, 0.0);
      each(e, i, lanes);
    });
    return reduce_add(sum[0] + sum[1]);
  }
  double value() const {
    return std::log(total([](auto, auto, auto) {}));
  }
  double gradient() {
    const double sum = total([this](auto e, std::size_t i, auto lanes) { bench::store(e, &g[i], lanes); });
    bench::each_batch<double, 4>(x.size(), [&](std::size_t i, auto, auto lanes) {
      bench::store(bench::load(&g[i], lanes) * (1 / sum), &g[i], lanes);
    });
    return std::log(sum);
  }
};

#if FLUXPP_HAS_FASTAD
auto expression(const log_sum_exp_problem&, fastad_vector& x) { return ad::log(ad::sum(ad::exp(x))); }
double eigen_value(const log_sum_exp_problem&, const Eigen::VectorXd& x) { return std::log(x.array().exp().sum()); }
#endif

} // namespace

void add_log_sum_exp(const bench::suite& s) {
  run_all<log_sum_exp_problem>(s, "log_sum_exp");
  run_fixed<log_sum_exp_problem>(s, "fixed log_sum_exp");
}

} // namespace fastad_suite
