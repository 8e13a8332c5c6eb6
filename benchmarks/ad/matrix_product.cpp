// SPDX-License-Identifier: MIT
// matrix_product: the sum over A B of square matrices. Its gradient needs no product of matrices: rows of A share one
// gradient, columns of B too.
#include "problem.hpp"
#include "suite.hpp"

namespace fastad_suite {
namespace {

struct matrix_problem {
  using matrix = fx::tensor_view<const double, 2>;
  std::size_t n;
  reals x;
  decltype(fx::value_and_grad(functions::matrix_product)) program;

  explicit matrix_problem(std::size_t side) : n(side), x(numbers(2 * n * n, 4)) {}
  std::size_t size() const { return x.size(); }
  const reals& inputs() const { return x; }
  auto call() { return program(matrix(x.data(), {n, n}), matrix(x.data() + n * n, {n, n})); }

  double a(std::size_t i, std::size_t k) const { return x[k * n + i]; }
  double b(std::size_t k, std::size_t j) const { return x[n * n + j * n + k]; }
  long double expected(exact& gradient) const {
    exact columns(n), rows(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k) columns[k] += a(i, k), rows[k] += b(k, i);
    gradient.clear();
    for (std::size_t k = 0; k < n; ++k) gradient.insert(gradient.end(), n, rows[k]);
    for (std::size_t j = 0; j < n; ++j) gradient.insert(gradient.end(), columns.begin(), columns.end());
    return std::inner_product(columns.begin(), columns.end(), rows.begin(), 0.0L);
  }
  double objective() const {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k) sum += a(i, k) * b(k, j);
    return sum;
  }
};

#if FLUXPP_HAS_FASTAD
auto expression(const matrix_problem& p, fastad_vector& x) {
  const std::size_t n = p.n, half = n * n;
  ad::VarView<double, ad::mat> a(x.data(), x.data_adj(), n, n), b(x.data() + half, x.data_adj() + half, n, n);
  return ad::sum(ad::dot(a, b));
}
double eigen_value(const matrix_problem& p, const Eigen::VectorXd& x) {
  const auto n = static_cast<Eigen::Index>(p.n);
  const Eigen::Map<const Eigen::MatrixXd> a(x.data(), n, n), b(x.data() + n * n, n, n);
  return (a * b).sum();
}
#endif

} // namespace

void add_matrix_product(const bench::suite& s) {
  for (std::size_t side : {1, 2, 4, 5, 8, 11, 16, 22, 32, 45, 64, 90, 128, 181})
    run<matrix_problem>(s, "matrix_product", side);
}

} // namespace fastad_suite
