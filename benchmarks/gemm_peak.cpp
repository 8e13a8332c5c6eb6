// SPDX-License-Identifier: MIT
// The matrix product on one core beside as many multiply-adds on registers, which is the core's peak: for the layers of a
// 784-128-10 network with batches of 64, and for squares. The aim is a ratio of 1 / 0.85 for the two large layers and
// 1 / 0.9 for squares of 128 and more. With -DFLUXPP_USE_BLAS and a CBLAS to link, that library runs the same shapes.

#include <fluxpp/kernels/gemm.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#if defined(FLUXPP_USE_BLAS)
#include <cblas.h>
#endif

namespace {
using namespace fluxpp;

/// A matrix on a cache line, as the workspace of a program holds it.
template <class T> struct aligned {
  std::vector<T> memory;
  T* data;

  explicit aligned(int n) : memory(static_cast<std::size_t>(n) + 64 / sizeof(T), T(0.5)) {
    const auto at = reinterpret_cast<std::uintptr_t>(memory.data());
    data = memory.data() + (64 - at % 64) % 64 / sizeof(T);
  }
};

struct shape {
  const char* name;
  int m, n, k;
  bool a_transposed = false, b_transposed = false;

  double work() const { return 2.0 * m * n * k; }
};

constexpr shape shapes[] = {
    {.name = "layer_64x128x784_nt", .m = 64, .n = 128, .k = 784, .b_transposed = true},
    {.name = "weights_128x784x64_tn", .m = 128, .n = 784, .k = 64, .a_transposed = true},
    {.name = "layer_64x10x128_nt", .m = 64, .n = 10, .k = 128, .b_transposed = true},
    {.name = "weights_10x128x64_tn", .m = 10, .n = 128, .k = 64, .a_transposed = true},
    {.name = "inputs_64x128x10", .m = 64, .n = 128, .k = 10},
    {.name = "square_64", .m = 64, .n = 64, .k = 64},
    {.name = "square_128", .m = 128, .n = 128, .k = 128},
    {.name = "square_256", .m = 256, .n = 256, .k = 256},
    {.name = "square_512", .m = 512, .n = 512, .k = 512},
    {.name = "square_1024", .m = 1024, .n = 1024, .k = 1024},
    {.name = "square_1024_tn", .m = 1024, .n = 1024, .k = 1024, .a_transposed = true},
    {.name = "square_1024_nt", .m = 1024, .n = 1024, .k = 1024, .b_transposed = true},
    {.name = "row_1x1000x1000", .m = 1, .n = 1000, .k = 1000},
};

template <class T, class F> void measure(benchmark::State& state, const shape& s, F multiply) {
  const aligned<T> a(s.m * s.k), b(s.k * s.n), c(s.m * s.n);
  for (auto _ : state) {
    multiply(a.data, b.data, c.data);
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] = benchmark::Counter(s.work() * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

template <class T> void product(benchmark::State& state, const shape& s) {
  measure<T>(state, s, [&s](const T* a, const T* b, T* c) {
    const auto left = s.a_transposed ? kernels::strided<T>{a, 1, s.m} : kernels::strided<T>{a, s.k, 1};
    const auto right = s.b_transposed ? kernels::strided<T>{b, 1, s.k} : kernels::strided<T>{b, s.n, 1};
    kernels::gemm(s.m, s.n, s.k, left, right, c, s.n, false, false);
  });
}

/// The multiply-adds of the shape, twelve independent chains of them.
template <class T, std::size_t... chain>
void peak(benchmark::State& state, const shape& s, std::index_sequence<chain...> chains) {
  using batch = simd::batch<T>;
  batch sum[chains.size()] = {(static_cast<void>(chain), batch(T(0)))...}, a = T(0.5), b = T(0.25);
  benchmark::DoNotOptimize(a);
  benchmark::DoNotOptimize(b);
  const auto rounds = static_cast<long>(s.work() / (2.0 * batch::size * static_cast<double>(chains.size())));
  for (auto _ : state) {
    for (long i = 0; i < rounds; ++i) ((sum[chain] = fma(sum[chain], a, b)), ...);
    (benchmark::DoNotOptimize(sum[chain]), ...);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(s.work() * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

#if defined(FLUXPP_USE_BLAS)
void blas(benchmark::State& state, const shape& s) {
  measure<float>(state, s, [&s](const float* a, const float* b, float* c) {
    cblas_sgemm(CblasRowMajor, s.a_transposed ? CblasTrans : CblasNoTrans, s.b_transposed ? CblasTrans : CblasNoTrans,
                s.m, s.n, s.k, 1, a, s.a_transposed ? s.m : s.k, b, s.b_transposed ? s.k : s.n, 0, c, s.n);
  });
}
#endif

template <class T> void list(const shape& s, const std::string& type) {
  const std::string name = type + "/" + s.name;
  const auto at_peak = [](benchmark::State& state, const shape& x) {
    peak<T>(state, x, std::make_index_sequence<12>{});
  };
  benchmark::RegisterBenchmark(name.c_str(), product<T>, s);
  benchmark::RegisterBenchmark((name + "/peak").c_str(), at_peak, s);
#if defined(FLUXPP_USE_BLAS)
  if constexpr (sizeof(T) == 4) benchmark::RegisterBenchmark((name + "/blas").c_str(), blas, s);
#endif
}

[[maybe_unused]] const bool listed = [] {
  for (const shape& s : shapes) list<float>(s, "float");
  list<double>(shapes[7], "double");
  list<double>(shapes[9], "double");
  return true;
}();
} // namespace
