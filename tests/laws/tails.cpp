// SPDX-License-Identifier: MIT
// Sizes around batches, unrolled batches and blocks of folds, as each of three axes.
#include "laws/reductions.hpp"

namespace fx = fluxpp;

namespace {

constexpr std::size_t sizes[]{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 8191, 8192, 8193};

template <bool Nonempty, class T> void check_size(std::size_t n) {
  laws::check_folds<Nonempty, T>({1, 1, n});
  laws::check_folds<Nonempty, T>({2, 3, n});
  laws::check_folds<Nonempty, T>({2, n, 3});
  laws::check_folds<Nonempty, T>({n, 2, 3});
}

} // namespace

TEST_CASE("folds of every size agree with the reference, in double", "[laws]") {
  for (const std::size_t n : sizes) check_size<true, double>(n);
}

TEST_CASE("folds of every size agree with the reference, in float", "[laws]") {
  for (const std::size_t n : sizes) check_size<true, float>(n);
}

TEST_CASE("arrays without elements sum to 0 and multiply to 1", "[laws]") { check_size<false, double>(0); }

TEST_CASE("folds propagate NaN wherever it stands", "[laws]") {
  for (std::size_t at = 0; at < 40; ++at) {
    std::vector<double> x(40, 1.0);
    x[at] = std::nan("");
    fx::tensor<double, 3> t({1, 1, 40});
    std::copy(x.begin(), x.end(), t.begin());
    const auto y = laws::by_cpu<laws::folds<true>>(t);
    INFO("NaN at " << at);
    CHECK(std::isnan(y[1][0])); // sum
    CHECK(
        (std::isnan(y[14][0]) && std::isnan(y[15][0]) && std::isnan(y[16][0]))); // max, min along the axis, max of all
  }
}
