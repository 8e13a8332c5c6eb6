// SPDX-License-Identifier: MIT
// Operations of images and sequences inside compiled programs: values and derivatives of both orders agree with the
// reference, and do not depend on the number of threads.
#include "laws/compiled.hpp"

#include "fluxpp/kernels/thread_pool.hpp"
#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::var;

struct resampled {
  constexpr var operator()(var x, var grid) const {
    const var y =
        fx::interpolate(fx::upsample(x * x, 2), {5, 4}, {.mode = fx::interpolation::cubic, .antialias = true});
    return fx::grid_sample(y, grid, {.padding = fx::outside::reflection});
  }
};
struct normalised {
  constexpr var operator()(var x, var scale) const {
    const var y = fx::instance_norm(fx::group_norm(x, 2, scale, scale), scale, scale);
    return fx::rms_norm(fx::fold(fx::unfold(y, 2), {4, 5}, 2), fx::reshape(scale, {4, 1, 1}));
  }
};
struct volumes {
  constexpr var operator()(var x, var w) const { return fx::conv3d(x, w, {.stride = {1, 2, 1}, .pad = 1}); }
};
struct attended {
  constexpr var operator()(var x, var bias) const {
    const var y = fx::attention(x, x * x, fx::tanh(x), bias, {.causal = true});
    return fx::attention(y, x, y, fx::greater(bias, -1.0), {.scale = 0.5});
  }
};

template <class F, class... A> void check_everything(double tolerance, const A&... args) {
  laws::check_agreement<laws::everything<F, static_cast<int>(sizeof...(A) - 1) / 3>>(tolerance, args...);
}

/// The same bits from 1, 2, 3 and 7 threads.
template <class F, class... A> void check_threads(const A&... args) {
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  pool.resize(1);
  const auto expected = laws::by_cpu<laws::value_and_gradient<F>>(args...);
  for (const int threads : {2, 3, 7}) {
    pool.resize(threads);
    INFO(threads << " threads");
    CHECK(laws::by_cpu<laws::value_and_gradient<F>>(args...) == expected);
  }
  pool.resize(before);
}
template <class F> struct mean_of {
  constexpr var operator()(var x, var y) const { return fx::mean(F{}(x, y)); }
};

} // namespace

TEST_CASE("resampled images agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<4>({2, 3, 4, 3}, s); };
  const auto grid = [](unsigned s) { return laws::normal_tensor<4>({2, 3, 2, 2}, s); };
  check_everything<resampled>(1e-10, x(1), grid(2), x(3), grid(4), x(5), grid(6),
                              laws::normal_tensor<4>({2, 3, 3, 2}, 7));
}

TEST_CASE("normalised and folded images agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<4>({2, 4, 4, 5}, s); };
  const auto c = [](unsigned s) { return laws::normal_tensor<1>({4}, s); };
  check_everything<normalised>(1e-9, x(1), c(2), x(3), c(4), x(5), c(6), x(7));
}

TEST_CASE("convolutions of volumes agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<5>({2, 2, 3, 5, 4}, s); };
  const auto w = [](unsigned s) { return laws::normal_tensor<5>({3, 2, 2, 3, 3}, s); };
  check_everything<volumes>(1e-11, x(1), w(2), x(3), w(4), x(5), w(6), laws::normal_tensor<5>({2, 3, 4, 3, 4}, 7));
}

TEST_CASE("attention agrees with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<3>({2, 6, 4}, s); };
  const auto bias = [](unsigned s) { return laws::normal_tensor<2>({6, 6}, s); };
  check_everything<attended>(1e-9, x(1), bias(2), x(3), bias(4), x(5), bias(6), x(7));
}

TEST_CASE("the number of threads changes no bit of images and sequences", "[laws]") {
  check_threads<mean_of<resampled>>(laws::normal_tensor<4, float>({2, 5, 130, 70}, 1),
                                    laws::normal_tensor<4, float>({2, 90, 120, 2}, 2));
  check_threads<mean_of<attended>>(laws::normal_tensor<3, float>({3, 300, 24}, 1),
                                   laws::normal_tensor<2, float>({300, 300}, 2));
  check_threads<mean_of<volumes>>(laws::normal_tensor<5, float>({2, 6, 9, 20, 24}, 1),
                                  laws::normal_tensor<5, float>({8, 6, 2, 3, 3}, 2));
}
