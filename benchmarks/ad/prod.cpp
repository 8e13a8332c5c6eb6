// SPDX-License-Identifier: MIT
// prod and prod_iter, on factors whose product is of order one; "decaying" is the input of the original, 1 + U in [0, 2],
// whose product vanishes from about 2,400 elements on.
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

struct prod_problem : vector_problem<functions::prod> {
  explicit prod_problem(std::size_t n) : vector_problem(factors(n)) {}
  /// The product of those before each element times the product of those after it.
  long double expected(exact& gradient) const {
    const std::size_t n = x.size();
    gradient.resize(n);
    long double before = 1, after = 1;
    for (std::size_t i = 0; i < n; ++i) gradient[i] = before, before *= x[i];
    for (std::size_t i = n; i-- > 0;) gradient[i] *= after, after *= x[i];
    return before;
  }
  double objective() const {
    double y = 1;
    for (double v : x) y *= v;
    return y;
  }
};
struct prod_iter_problem : prod_problem {
  using prod_problem::prod_problem;
};
struct decaying_problem : prod_problem {
  explicit decaying_problem(std::size_t n) : prod_problem(n) {
    x = numbers(n, 1);
    for (double& v : x) v += 1;
  }
};

#if FLUXPP_HAS_FASTAD
auto expression(const prod_problem&, fastad_vector& x) { return ad::prod(x); }
auto expression(const prod_iter_problem&, fastad_vector& x) {
  return ad::prod(counting{0}, counting{static_cast<std::size_t>(x.size())}, [&x](std::size_t i) { return x[i]; });
}
double eigen_value(const prod_problem&, const Eigen::VectorXd& x) { return x.prod(); }
#endif

} // namespace

void add_prod(const bench::suite& s) {
  run_all<prod_problem>(s, "prod");
  run_fixed<prod_problem>(s, "fixed prod");
  run_all<prod_iter_problem>(s, "prod_iter");
  for (std::size_t n : {512, 4096, 16384}) run<decaying_problem>(s, "decaying prod", n);
}

} // namespace fastad_suite
