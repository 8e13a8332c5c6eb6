// SPDX-License-Identifier: MIT
// The number of threads changes no bit of any result.
#include "laws/reductions.hpp"

#include "fluxpp/kernels/thread_pool.hpp"

#include <cstring>

namespace {

namespace fx = fluxpp;
using fx::var;

template <class T> bool same_bits(const laws::outputs<T>& a, const laws::outputs<T>& b) {
  for (std::size_t o = 0; o < a.size(); ++o)
    if (a[o].size() != b[o].size() || std::memcmp(a[o].data(), b[o].data(), a[o].size() * sizeof(T)) != 0) return false;
  return a.size() == b.size();
}

template <class Transform, class... A> void check_threads(const A&... args) {
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  pool.resize(1);
  const auto expected = laws::by_cpu<Transform>(args...);
  for (const int threads : {2, 3, 7}) {
    pool.resize(threads);
    INFO(threads << " threads");
    CHECK(same_bits(laws::by_cpu<Transform>(args...), expected));
  }
  pool.resize(before);
}

struct density {
  constexpr var operator()(var mu, var sigma, var x) const {
    const var z = (x - mu) / sigma;
    return fx::mean(0.5 * z * z + fx::log(sigma));
  }
};
struct network {
  constexpr var operator()(var x, var w, var b, var v) const {
    return fx::mean(fx::square(fx::matmul(fx::tanh(fx::matmul(x, w) + b), v)));
  }
};

} // namespace

TEST_CASE("1, 2, 3 and 7 threads fold large arrays to the same bits", "[laws]") {
  for (const std::array<std::size_t, 3> shape : {std::array<std::size_t, 3>{1, 1, 1000003},
                                                 {1000003, 1, 1},
                                                 {300, 20, 101},
                                                 {3, 50001, 7},
                                                 {2, 3, 100003},
                                                 {70001, 2, 5}}) {
    INFO("shape " << shape[0] << ", " << shape[1] << ", " << shape[2]);
    check_threads<laws::folds<true>>(laws::normal_tensor<3>(shape, 1));
    check_threads<laws::folds<true>>(laws::normal_tensor<3, float>(shape, 1));
  }
}

TEST_CASE("large folds agree with the reference", "[laws]") {
  laws::check_folds<true, double>({300, 20, 101});
  laws::check_folds<true, double>({3, 20001, 7});
  laws::check_folds<true, float>({1, 1, 300007});
  laws::check_folds<true, float>({300007, 1, 1});
}

TEST_CASE("the number of threads changes no bit of a gradient", "[laws]") {
  check_threads<laws::value_and_gradient<density>>(0.1, 1.3, laws::normal(500009, 2));
  check_threads<laws::value_and_gradient<network>>(
      laws::normal_tensor<2, float>({700, 64}, 1), laws::normal_tensor<2, float>({64, 90}, 2),
      laws::normal_tensor<1, float>({90}, 3), laws::normal_tensor<2, float>({90, 10}, 4));
}
