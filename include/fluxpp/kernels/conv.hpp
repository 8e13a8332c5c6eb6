// SPDX-License-Identifier: MIT
#pragma once
// Convolution and its two gradients: the three members of one bilinear family, each the transpose of the others.

#include <fluxpp/kernels/convolution/by_filters_gradient.hpp>
#include <fluxpp/kernels/convolution/input_gradient.hpp>
#include <fluxpp/kernels/convolution/pointwise.hpp>
#include <fluxpp/kernels/convolution/weight_gradient.hpp>

namespace fluxpp::inline v0_1::kernels {
/// conv_forward_scratch<T>(s): the elements of scratch that conv_forward needs.
template <class T> constexpr std::size_t conv_forward_scratch(const conv_shape& s) {
  using namespace convolution;
  const conv_shape f = s.flat();
  return pointwise::suits(f) ? 0 : correlation_scratch<T>(f);
}

/// conv_forward(s, x, w, y, scratch): cross-correlation of images with filters, y overwritten.
/// shapes   x [n, c, h, w], w [k, c / groups, r, s], y [n, k, h', w']; extents, strides and paddings from s
/// accuracy sums in the order of (channel, tap) with fma; the same bits for any number of threads
/// source   Georganas et al. 2018, arXiv:1808.05567
template <class T> void conv_forward(const conv_shape& s, const T* x, const T* w, T* y, T* scratch) {
  using namespace convolution;
  if (s.products() == 0) return static_cast<void>(std::fill_n(y, s.output_size(), T(0)));
  const conv_shape f = s.flat();
  if (pointwise::suits(f)) return pointwise_forward(f, x, w, y);
  const std::ptrdiff_t x_row = f.cols.in, x_plane = x_row * f.rows.in, y_row = f.cols.out, y_plane = y_row * f.rows.out;
  const std::ptrdiff_t row = f.cols.size, channel = row * f.rows.size, filter = channel * f.group_channels();
  correlate(f, plane_source<T>{x, f.channels * x_plane, x_row}, x_plane,
            filter_source<T>{w, f.group_filters() * filter, filter, channel, row, 1},
            output_grid<T>{y, f.filters * y_plane, y_plane, y_row, 1}, scratch);
}

/// conv_input_grad_scratch<T>(s): the elements of scratch that conv_input_grad needs.
template <class T> constexpr std::size_t conv_input_grad_scratch(const conv_shape& s) {
  using namespace convolution;
  const conv_shape f = s.flat();
  return pointwise::suits(f) ? 0 : input_gradient_scratch<T>(f);
}

/// conv_input_grad(s, ybar, w, xbar, scratch): the transpose of conv_forward in x, xbar overwritten.
/// shapes   as conv_forward
template <class T> void conv_input_grad(const conv_shape& s, const T* ybar, const T* w, T* xbar, T* scratch) {
  using namespace convolution;
  if (s.products() == 0) return static_cast<void>(std::fill_n(xbar, s.input_size(), T(0)));
  const conv_shape f = s.flat();
  if (pointwise::suits(f)) pointwise_input_grad(f, ybar, w, xbar);
  else input_gradient(f, ybar, w, xbar, scratch);
}

/// conv_weight_grad_scratch<T>(s): the elements of scratch that conv_weight_grad needs.
template <class T> constexpr std::size_t conv_weight_grad_scratch(const conv_shape& s) {
  using namespace convolution;
  const conv_shape f = s.flat();
  if (pointwise::suits(f)) return 0;
  if (by_filters_gradient::suits<T>(f)) return by_filters_gradient::of<T>(f).scratch();
  if (plane_plan::suits(f)) return depthwise_gradient_scratch<T>(f);
  return sequence_plan::suits(f) ? sequence_gradient_scratch<T>(f) : weight_gradient_plan::of<T>(f).scratch();
}

/// conv_weight_grad(s, x, ybar, wbar, scratch): the transpose of conv_forward in w, wbar overwritten.
/// shapes   as conv_forward
/// accuracy sums by lane, then over lanes, then over chunks of outputs, or as gemm does, in an order that s alone decides;
///          what is not a finite number in x or ybar may reach all taps of its channel
template <class T> void conv_weight_grad(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  if (s.products() == 0) return static_cast<void>(std::fill_n(wbar, s.weight_size(), T(0)));
  using namespace convolution;
  const conv_shape f = s.flat();
  if (pointwise::suits(f)) pointwise_weight_grad(f, x, ybar, wbar);
  else if (by_filters_gradient::suits<T>(f)) filters_gradient(f, x, ybar, wbar, scratch);
  else if (plane_plan::suits(f)) depthwise_gradient(f, x, ybar, wbar, scratch);
  else if (sequence_plan::suits(f)) sequence_gradient(f, x, ybar, wbar, scratch);
  else weight_gradient(f, x, ybar, wbar, scratch);
}
} // namespace fluxpp::inline v0_1::kernels
