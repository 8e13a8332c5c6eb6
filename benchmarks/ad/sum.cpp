// SPDX-License-Identifier: MIT
// sum and sum_iter: in fluxpp both are fx::sum; FastAD's second is an expression per element.
#include "../each_batch.hpp"
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

struct sum_problem : vector_problem<functions::sum> {
  explicit sum_problem(std::size_t n) : vector_problem(numbers(n, 0)) {}
  long double expected(exact& gradient) const {
    gradient.assign(x.size(), 1);
    return std::accumulate(x.begin(), x.end(), 0.0L);
  }
  double objective() const { return std::accumulate(x.begin(), x.end(), 0.0); }

  template <class Each> double reduced(Each&& each) const {
    bench::batch<double> sum[4]{0.0, 0.0, 0.0, 0.0};
    bench::each_batch<double, 4>(x.size(), [&](std::size_t i, auto k, auto lanes) {
      sum[k] += bench::load(&x[i], lanes);
      each(i, lanes);
    });
    return reduce_add((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
  double value() const {
    return reduced([](auto, auto) {});
  }
  double gradient() {
    return reduced([this](std::size_t i, auto lanes) { bench::store(bench::batch<double>(1.0), &g[i], lanes); });
  }
};
struct sum_iter_problem : sum_problem {
  using sum_problem::sum_problem;
};

#if FLUXPP_HAS_FASTAD
auto expression(const sum_problem&, fastad_vector& x) { return ad::sum(x); }
auto expression(const sum_iter_problem&, fastad_vector& x) {
  return ad::sum(counting{0}, counting{static_cast<std::size_t>(x.size())}, [&x](std::size_t i) { return x[i]; });
}
double eigen_value(const sum_problem&, const Eigen::VectorXd& x) { return x.sum(); }
#endif

} // namespace

void add_sum(const bench::suite& s) {
  run_all<sum_problem>(s, "sum");
  run_fixed<sum_problem>(s, "fixed sum");
  run_all<sum_iter_problem>(s, "sum_iter");
}

} // namespace fastad_suite
