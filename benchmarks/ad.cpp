// SPDX-License-Identifier: MIT
// FastAD's benchmark suite (JamesYang007/ADBenchmark, 2020): nine functions of one argument vector, value and gradient, one
// thread, double. References: the value alone by plain loops and by SIMD, value and gradient by SIMD, and with
// -DFLUXPP_FASTAD=<path> FastAD and the value by Eigen.
#include "ad/suite.hpp"

#include <fluxpp/kernels/thread_pool.hpp>

int main(int argc, char** argv) {
  fluxpp::kernels::thread_pool::instance().resize(1);
  const bench::suite s(argc, argv);
  fastad_suite::add_sum(s);
  fastad_suite::add_prod(s);
  fastad_suite::add_log_sum_exp(s);
  fastad_suite::add_normal_log_pdf(s);
  fastad_suite::add_matrix_product(s);
  fastad_suite::add_regression(s);
  fastad_suite::add_stochastic_volatility(s);
}
