// SPDX-License-Identifier: MIT
#pragma once
// Filters of one pixel: matrix products with the images as they lie in memory, one for each image and group.

#include <fluxpp/kernels/convolution/correlate.hpp>
#include <fluxpp/kernels/gemm.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// pointwise: the matrices of a convolution whose filters are a single pixel: channels x [c, p], filters w [k, c], results
/// y [k, p] over p pixels.
struct pointwise {
  int filters, channels, pixels, images, groups;

  constexpr explicit pointwise(const conv_shape& s)
      : filters(s.group_filters()), channels(s.group_channels()), pixels(s.cols.out), images(s.batch),
        groups(s.groups) {}

  /// suits(s): whether the matrices are large enough to be worth products of their own.
  static constexpr bool suits(const conv_shape& s) {
    return s.rows == window{} && s.cols.plain() && s.cols.out >= 128 && s.group_channels() >= 8 &&
           s.group_filters() >= 8;
  }
  constexpr std::ptrdiff_t input(int i) const { return std::ptrdiff_t{i} * channels * pixels; }
  constexpr std::ptrdiff_t output(int i) const { return std::ptrdiff_t{i} * filters * pixels; }
  constexpr std::ptrdiff_t weight(int group) const { return std::ptrdiff_t{group} * filters * channels; }

  /// for_each(products, f): f(i, group, alone) for group i % groups of image i / groups; alone if threads may share it.
  template <class F> void for_each(double products, F f) const {
    const int jobs = images * groups;
    if (jobs >= thread_pool::instance().size())
      return for_each_task(products, jobs, [&](int i) { f(i, i % groups, false); });
    for (int i = 0; i < jobs; ++i) f(i, i % groups, true);
  }
};

template <class T> void pointwise_forward(const conv_shape& s, const T* x, const T* w, T* y) {
  const pointwise p(s);
  p.for_each(s.products(), [&](int i, int group, bool alone) {
    gemm(p.filters, p.pixels, p.channels, strided<T>{w + p.weight(group), p.channels, 1},
         strided<T>{x + p.input(i), p.pixels, 1}, y + p.output(i), std::ptrdiff_t{p.pixels}, false, alone);
  });
}

template <class T> void pointwise_input_grad(const conv_shape& s, const T* ybar, const T* w, T* xbar) {
  const pointwise p(s);
  p.for_each(s.products(), [&](int i, int group, bool alone) {
    gemm(p.channels, p.pixels, p.filters, strided<T>{w + p.weight(group), 1, p.channels},
         strided<T>{ybar + p.output(i), p.pixels, 1}, xbar + p.input(i), std::ptrdiff_t{p.pixels}, false, alone);
  });
}

template <class T> void pointwise_weight_grad(const conv_shape& s, const T* x, const T* ybar, T* wbar) {
  const pointwise p(s);
  for (int i = 0; i < p.images * p.groups; ++i)
    gemm(p.filters, p.channels, p.pixels, strided<T>{ybar + p.output(i), p.pixels, 1},
         strided<T>{x + p.input(i), 1, p.pixels}, wbar + p.weight(i % p.groups), std::ptrdiff_t{p.channels},
         i >= p.groups);
}
} // namespace fluxpp::inline v0_1::kernels::convolution
