// SPDX-License-Identifier: MIT
#pragma once
// Resampling along one axis: each new element is a mean of neighbours, whose weights are tabulated once.
#include "fluxpp/kernels/parts.hpp"
#include "fluxpp/ops/interpolate.hpp"
#include "fluxpp/simd/simd.hpp"

#include <algorithm>
#include <cmath>

namespace fluxpp::inline v0_1::kernels {

/// keys(x, a): the cubic convolution kernel at distance x (Keys 1981).
inline double keys(double x, double a) {
  x = std::abs(x);
  if (x >= 2) return 0;
  return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((x - 5) * x + 8) * a * x - 4 * a;
}

/// resampling: how an axis of `in` elements becomes one of `out`.
struct resampling {
  int in, out;
  interpolate_options options;

  bool picks() const { return options.mode == interpolation::nearest || options.mode == interpolation::nearest_exact; }
  double step() const {
    if (options.align_corners && !picks()) return out > 1 ? (in - 1.0) / (out - 1.0) : 0;
    return static_cast<double>(in) / out;
  }
  /// How much the kernel is stretched, and how far it then reaches.
  double stretch() const { return options.antialias ? std::max(step(), 1.0) : 1; }
  double reach() const { return stretch() * (options.mode == interpolation::cubic ? 2 : 1); }

  /// The most elements that one is made of.
  int taps() const { return picks() ? 1 : std::min(in, static_cast<int>(std::ceil(2 * reach()))); }

  /// weights(i, w): the first element that new element i is made of, and the weights of taps() elements from there.
  template <class T> int weights(int i, T* w) const {
    if (picks()) return *w = 1, nearest(i);
    const bool centred = !options.align_corners || options.antialias;
    const double at = centred ? step() * (i + 0.5) - 0.5 : step() * i;
    int begin = static_cast<int>(std::floor(at - reach())) + 1, end = static_cast<int>(std::floor(at + reach())) + 1;
    if (options.antialias) begin = std::max(begin, 0), end = std::min(end, in); // else the border repeats
    const int n = taps(), first = std::clamp(begin, 0, in - n);
    double sum = 0;
    for (int j = begin; j < end; ++j) sum += kernel((j - at) / stretch());
    std::fill_n(w, n, T(0));
    for (int j = begin; j < end; ++j)
      w[std::clamp(j, 0, in - 1) - first] +=
          static_cast<T>(kernel((j - at) / stretch()) / (options.antialias ? sum : 1));
    return first;
  }

private:
  double kernel(double x) const {
    if (options.mode == interpolation::linear) return std::max(1 - std::abs(x), 0.0);
    return keys(x, options.antialias ? -0.5 : -0.75);
  }
  int nearest(int i) const {
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    const float shift = options.mode == interpolation::nearest ? 0.0f : 0.5f;
    return std::min(static_cast<int>(std::floor((static_cast<float>(i) + shift) * scale)), in - 1);
  }
};

/// mean_table<T>: for each new element of an axis the first it is made of, and its weights.
template <class T> struct mean_table {
  int in, out, taps;
  T* data;

  static std::size_t size(const resampling& r) {
    return static_cast<std::size_t>(r.out) * (static_cast<std::size_t>(r.taps()) + 1);
  }
  mean_table(const resampling& r, T* scratch) : in(r.in), out(r.out), taps(r.taps()), data(scratch) {
    for (int i = 0; i < out; ++i) data[i * (taps + 1)] = static_cast<T>(r.weights(i, data + i * (taps + 1) + 1));
  }
  std::ptrdiff_t first(int i) const { return static_cast<std::ptrdiff_t>(data[i * (taps + 1)]); }
  const T* weights(int i) const { return data + i * (taps + 1) + 1; }
};

/// add_means(n, taps, w, x, stride, y): y[j] = sum over k of w[k] x[k stride + j].
template <class T> void add_means(std::ptrdiff_t n, int taps, const T* w, const T* x, std::ptrdiff_t stride, T* y) {
  using batch = simd::batch<T>;
  for (std::ptrdiff_t j = 0; j < n; j += batch::size) {
    const int lanes = static_cast<int>(std::min<std::ptrdiff_t>(batch::size, n - j));
    const bool whole = lanes == batch::size;
    const auto load = [&](int k) {
      const T* const from = x + k * stride + j;
      return whole ? batch::load(from) : batch::load_first(from, lanes);
    };
    batch sum = batch(w[0]) * load(0);
    for (int k = 1; k < taps; ++k) sum = fma(batch(w[k]), load(k), sum);
    whole ? sum.store(y + j) : sum.store_first(y + j, lanes);
  }
}

/// The same for one element.
template <class T> T scalar_mean(int taps, const T* w, const T* x) {
  T sum = w[0] * x[0];
  for (int k = 1; k < taps; ++k) sum = scalar::fma(w[k], x[k], sum);
  return sum;
}

/// give_back(n, taps, w, y, x, stride): x[k stride + j] += w[k] y[j].
template <class T> void give_back(std::ptrdiff_t n, int taps, const T* w, const T* y, T* x, std::ptrdiff_t stride) {
  for (int k = 0; k < taps; ++k)
    for (std::ptrdiff_t j = 0; j < n; ++j) x[k * stride + j] = scalar::fma(w[k], y[j], x[k * stride + j]);
}

/// resample(t, outer, inner, x, y): the middle axis of x [outer, in, inner] resampled.
template <class T> void resample(const mean_table<T>& t, std::ptrdiff_t outer, std::ptrdiff_t inner, const T* x, T* y) {
  in_parts(outer * t.out, inner * t.taps, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t row = first; row < last; ++row) {
      const int i = static_cast<int>(row % t.out);
      const T* const from = x + (row / t.out * t.in + t.first(i)) * inner;
      if (inner > 1) add_means(inner, t.taps, t.weights(i), from, inner, y + row * inner);
      else y[row] = scalar_mean(t.taps, t.weights(i), from);
    }
  });
}

/// resample_grad(t, outer, inner, y, x): the transpose of resample, x overwritten.
template <class T>
void resample_grad(const mean_table<T>& t, std::ptrdiff_t outer, std::ptrdiff_t inner, const T* y, T* x) {
  in_parts(outer, inner * t.taps * t.out, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    std::fill(x + begin * t.in * inner, x + end * t.in * inner, T(0));
    for (std::ptrdiff_t o = begin; o < end; ++o)
      for (int i = 0; i < t.out; ++i)
        give_back(inner, t.taps, t.weights(i), y + (o * t.out + i) * inner, x + (o * t.in + t.first(i)) * inner, inner);
  });
}

} // namespace fluxpp::inline v0_1::kernels
