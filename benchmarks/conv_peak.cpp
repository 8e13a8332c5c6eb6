// SPDX-License-Identifier: MIT
// The three passes of a convolution on one core beside as many multiply-adds on registers, which is the core's peak: for
// the layers of a small digits network and of larger ones. The aim is 0.8 of the peak forward and 0.5 backward for
// 64 channels of 56x56, and well below a millisecond for all passes of the digits network with batches of 64.

#include <fluxpp/kernels/conv.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

namespace {
using namespace fluxpp;
using kernels::conv_shape;

conv_shape images(int batch, int channels, int filters, int extent, int size, int stride = 1, int groups = 1) {
  const kernels::window w = kernels::padded_window(extent, size, stride, size / 2, size / 2);
  return {batch, channels, filters, groups, w, w};
}

struct layer {
  const char* name;
  conv_shape shape;
};

const layer layers[] = {
    {"digits_1x8x8_to_16", images(64, 1, 16, 8, 3)},
    {"digits_16x4x4_to_32", images(64, 16, 32, 4, 3)},
    {"64x56x56", images(8, 64, 64, 56, 3)},
    {"64x56x56_one_image", images(1, 64, 64, 56, 3)},
    {"128x28x28", images(8, 128, 128, 28, 3)},
    {"256x14x14", images(8, 256, 256, 14, 3)},
    {"512x7x7", images(8, 512, 512, 7, 3)},
    {"3x224x224_to_64_7x7_stride_2", images(1, 3, 64, 224, 7, 2)},
    {"64x56x56_to_256_1x1", images(4, 64, 256, 56, 1)},
    {"128x56x56_stride_2", images(4, 128, 128, 56, 3, 2)},
    {"128x56x56_depthwise", images(4, 128, 128, 56, 3, 1, 128)},
    {"128x56x56_depthwise_stride_2", images(4, 128, 128, 56, 3, 2, 128)},
    {"192x28x28_depthwise_5x5", images(8, 192, 192, 28, 5, 1, 192)},
    {"96x56x56_depthwise_7x7", images(4, 96, 96, 56, 7, 1, 96)},
    {"256x14x14_depthwise", images(8, 256, 256, 14, 3, 1, 256)},
    {"1x4000_to_64_width_64", {8, 1, 64, 1, {}, kernels::padded_window(4000, 64, 1, 32, 31)}},
    {"32x2000_width_101", {8, 32, 32, 1, {}, kernels::padded_window(2000, 101, 1, 50, 50)}},
    {"64x2000_depthwise_width_64", {8, 64, 64, 64, {}, kernels::padded_window(2000, 64, 1, 32, 31)}},
    {"64x1000_width_9", {8, 64, 64, 1, {}, kernels::padded_window(1000, 9, 1, 4, 4)}},
};

double seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// peak<T>(): the most floating-point operations per second on registers, twelve independent chains of multiply-adds.
template <class T> double peak() {
  using batch = simd::batch<T>;
  batch sum[12], a = T(0.5), b = T(0.25);
  for (batch& s : sum) s = batch(T(0));
  benchmark::DoNotOptimize(a);
  benchmark::DoNotOptimize(b);
  const int rounds = 2'000'000;
  double least = 1e9;
  for (int repetition = 0; repetition < 10; ++repetition) {
    const double start = seconds();
    for (int i = 0; i < rounds; ++i)
      for (batch& s : sum) s = fma(s, a, b);
    least = std::min(least, seconds() - start);
  }
  for (batch& s : sum) benchmark::DoNotOptimize(s);
  return 2.0 * 12 * batch::size * rounds / least;
}

template <class T> std::vector<T> numbers(std::size_t n) {
  std::vector<T> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(i * 2654435761u % 1024) / T(512) - 1;
  return v;
}

/// measure<T>(state, s, elements, pass): times pass(scratch), with so many elements of scratch on a cache line.
template <class T, class F> void measure(benchmark::State& state, const conv_shape& s, std::size_t elements, F pass) {
  static const double most = peak<T>();
  std::vector<T> memory(elements + 64 / sizeof(T));
  const auto at = reinterpret_cast<std::uintptr_t>(memory.data());
  T* scratch = memory.data() + (64 - at % 64) % 64 / sizeof(T);
  for (auto _ : state) {
    pass(scratch);
    benchmark::ClobberMemory();
  }
  const double work = 2 * s.products();
  state.counters["GFLOP/s"] = benchmark::Counter(work * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = benchmark::Counter(work / most, benchmark::Counter::kIsIterationInvariantRate);
}

template <class T> void forward(benchmark::State& state, const conv_shape& s) {
  const auto x = numbers<T>(s.input_size()), w = numbers<T>(s.weight_size());
  std::vector<T> y(s.output_size());
  measure<T>(state, s, kernels::conv_forward_scratch<T>(s),
             [&](T* scratch) { kernels::conv_forward(s, x.data(), w.data(), y.data(), scratch); });
}

template <class T> void input_grad(benchmark::State& state, const conv_shape& s) {
  const auto ybar = numbers<T>(s.output_size()), w = numbers<T>(s.weight_size());
  std::vector<T> xbar(s.input_size());
  measure<T>(state, s, kernels::conv_input_grad_scratch<T>(s),
             [&](T* scratch) { kernels::conv_input_grad(s, ybar.data(), w.data(), xbar.data(), scratch); });
}

template <class T> void weight_grad(benchmark::State& state, const conv_shape& s) {
  const auto x = numbers<T>(s.input_size()), ybar = numbers<T>(s.output_size());
  std::vector<T> wbar(s.weight_size());
  measure<T>(state, s, kernels::conv_weight_grad_scratch<T>(s),
             [&](T* scratch) { kernels::conv_weight_grad(s, x.data(), ybar.data(), wbar.data(), scratch); });
}

template <class T> void list(const layer& l, const std::string& type) {
  const std::string name = type + "/" + l.name;
  benchmark::RegisterBenchmark((name + "/forward").c_str(), forward<T>, l.shape);
  benchmark::RegisterBenchmark((name + "/input_grad").c_str(), input_grad<T>, l.shape);
  benchmark::RegisterBenchmark((name + "/weight_grad").c_str(), weight_grad<T>, l.shape);
}

[[maybe_unused]] const bool listed = [] {
  kernels::thread_pool::instance().resize(1);
  for (const layer& l : layers) list<float>(l, "float");
  list<double>(layers[2], "double");
  return true;
}();
} // namespace
