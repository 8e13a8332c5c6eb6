// SPDX-License-Identifier: MIT
// The matrix product on one core beside OpenBLAS, where that is installed, and beside as many multiply-adds on registers,
// which is the core's peak: squares, the layers of 784-512-512-10 and 784-128-10 networks and their two backward products,
// in all cases of transposition. The aim is 0.95 of OpenBLAS, its speed up to 64, and 0.8 of it for ten columns.
#include "peak.hpp"

#include <fluxpp/kernels/gemm.hpp>

#if defined(FLUXPP_BENCHMARK_OPENBLAS)
#include <cblas.h>
#endif

namespace {
using namespace fluxpp;

/// shape: c [m, n] = a [m, k] b [k, n], operands stored turned where their letter of `stored` is t.
struct shape {
  int m, n, k;
  const char* stored = "nn";

  bool a_turned() const { return stored[0] == 't'; }
  bool b_turned() const { return stored[1] == 't'; }
  double multiply_adds() const { return 1.0 * m * n * k; }
  /// As the claims know it.
  std::string name() const {
    const auto [least, most] = std::minmax({m, n, k});
    const char* const kind = most <= 64 ? "small " : least <= 10 ? "narrow " : least == most ? "square " : "";
    return kind + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k) + " " + stored;
  }
};

/// product<T>: one shape, and what OpenBLAS makes of it.
template <class T> struct product {
  shape s;
  std::size_t size_c = static_cast<std::size_t>(s.m * s.n);
  bench::numbers<T> a{static_cast<std::size_t>(s.m * s.k), 1}, b{static_cast<std::size_t>(s.k * s.n), 2}, c{size_c},
      expected{size_c};
  bool compared = false;

  void renew() {}
  void ours() {
    const auto left = s.a_turned() ? kernels::strided<T>{a.data(), 1, s.m} : kernels::strided<T>{a.data(), s.k, 1};
    const auto right = s.b_turned() ? kernels::strided<T>{b.data(), 1, s.k} : kernels::strided<T>{b.data(), s.n, 1};
    kernels::gemm(s.m, s.n, s.k, left, right, c.data(), s.n, false, false);
    bench::keep(c);
  }
  double difference() const { return compared ? bench::difference(c, expected) / s.k : 0; }

#if defined(FLUXPP_BENCHMARK_OPENBLAS)
  void by_blas() {
    const auto turned = [](bool yes) { return yes ? CblasTrans : CblasNoTrans; };
    const auto call = [&](auto multiply) {
      multiply(CblasRowMajor, turned(s.a_turned()), turned(s.b_turned()), s.m, s.n, s.k, T(1), a.data(),
               s.a_turned() ? s.m : s.k, b.data(), s.b_turned() ? s.k : s.n, T(0), expected.data(), s.n);
    };
    if constexpr (sizeof(T) == 4) call(cblas_sgemm);
    else call(cblas_dgemm);
    compared = true;
    bench::keep(expected);
  }
#endif
};

template <class T> void compare(const bench::suite& suite, const shape& s) {
  product<T> p{s};
  const std::string name = (sizeof(T) == 4 ? "sgemm " : "dgemm ") + s.name();
  const bench::reference peak{bench::peak, [&s] { bench::at_peak<T>(s.multiply_adds()); }};
#if defined(FLUXPP_BENCHMARK_OPENBLAS)
  suite.compare(name, 1e-6, p, bench::reference{"OpenBLAS", [&p] { p.by_blas(); }}, peak);
#else
  suite.compare(name, 1e-6, p, peak);
#endif
}

/// The products of a dense layer for a batch: forward, and the gradients in inputs and weights.
struct layer {
  int inputs, outputs;
};
constexpr layer layers[] = {{784, 512}, {512, 512}, {512, 10}, {784, 128}, {128, 10}};

} // namespace

int main(int argc, char** argv) {
  const bench::suite suite(argc, argv);
#if defined(FLUXPP_BENCHMARK_OPENBLAS)
  openblas_set_num_threads(1);
#else
  std::fputs("no OpenBLAS (Debian: libopenblas-dev): beside the peak of the core only\n", stderr);
#endif
  for (const int n : {8, 16, 24, 32, 48, 64, 128, 256, 512, 1024, 2048}) compare<float>(suite, {n, n, n});
  for (const int n : {32, 64, 256, 1024}) compare<double>(suite, {n, n, n});
  for (const char* stored : {"nt", "tn", "tt"})
    for (const int n : {64, 256, 1024}) compare<float>(suite, {n, n, n, stored});
  for (const int batch : {64, 128, 512})
    for (const layer& l : layers) {
      compare<float>(suite, {batch, l.outputs, l.inputs, "nt"});
      compare<float>(suite, {batch, l.inputs, l.outputs, "nn"});
      compare<float>(suite, {l.outputs, l.inputs, batch, "tn"});
    }
  for (const int batch : {64, 512}) compare<float>(suite, {batch, 10, 512, "nn"});
}
