// SPDX-License-Identifier: MIT
// ADBench's four objectives (microsoft/ADBench; Srajer, Kukelova, Fitzgibbon 2018, arXiv:1807.10129): derivatives of mixtures of
// Gaussians, a language model, bundle adjustment and hand tracking, double, one thread, on the public files below
// FLUXPP_TEST_DATA. References: objective and derivatives by plain loops, and ADBench's own with -DFLUXPP_ADBENCH=<path>.
#include "adbench/data.hpp"
#include "adbench/suite.hpp"

#include <fluxpp/kernels/thread_pool.hpp>

int main(int argc, char** argv) {
  if (!adbench::has_data()) {
    std::fputs("adbench: skipped, there are no files of ADBench below FLUXPP_TEST_DATA\n", stderr);
    return 0;
  }
  fluxpp::kernels::thread_pool::instance().resize(1);
  const bench::suite s(argc, argv);
  adbench::add_gmm(s);
  adbench::add_lstm(s);
  adbench::add_ba(s);
  adbench::add_hand(s);
}
