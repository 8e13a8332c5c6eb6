// SPDX-License-Identifier: MIT
#pragma once
// What benchmarks of kernels share: numbers on a cache line, as the workspace of a program holds them, and the peak of the
// core.
#include "harness.hpp"

#include <fluxpp/simd/simd.hpp>

#include <cstdint>
#include <vector>

namespace bench {

/// numbers<T>(n, seed): n numbers of [-1, 1] that the seed decides.
template <class T> class numbers {
public:
  explicit numbers(std::size_t n, std::uint32_t seed = 0) : memory_(n + line), size_(n) {
    const auto at = reinterpret_cast<std::uintptr_t>(memory_.data());
    first_ = (64 - at % 64) % 64 / sizeof(T);
    for (std::size_t i = 0; i < n; ++i) {
      seed = seed * 1664525u + 1013904223u;
      data()[i] = static_cast<T>(seed >> 8) / static_cast<T>(1 << 23) - 1;
    }
  }
  T* data() { return memory_.data() + first_; }
  const T* data() const { return memory_.data() + first_; }
  std::size_t size() const { return size_; }
  T operator[](std::size_t i) const { return data()[i]; }

private:
  static constexpr std::size_t line = 64 / sizeof(T);
  std::vector<T> memory_;
  std::size_t size_, first_ = 0;
};

/// at_peak<T>(count): so many multiply-adds on registers, in as many chains as the core can have under way.
template <class T, int... chain> void at_peak(double count, std::integer_sequence<int, chain...>) {
  using batch = fluxpp::simd::batch<T>;
  batch sum[] = {(static_cast<void>(chain), batch(T(1)))...}, a(T(0.999)), b(T(1e-6));
  keep(a), keep(b);
  const auto rounds = static_cast<long>(count / (sizeof...(chain) * batch::size));
  for (long i = 0; i < rounds; ++i) ((sum[chain] = fma(sum[chain], a, b)), ...);
  (keep(sum[chain]), ...);
}
template <class T> void at_peak(double count) { at_peak<T>(count, std::make_integer_sequence<int, 12>{}); }
inline constexpr std::string_view peak = "multiply-adds at the peak";

} // namespace bench
