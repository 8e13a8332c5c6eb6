// SPDX-License-Identifier: MIT
#pragma once
// The kernels of conv2d, conv2d_input_grad and conv2d_weight_grad.
#include "fluxpp/kernels/conv.hpp"
#include "fluxpp/kernels/step.hpp"
#include "fluxpp/ops/conv2d.hpp"

namespace fluxpp::inline v0_1::kernels {

/// window_of(in, out, size, stride, before, after, dilation, same): one axis, as attributes state it.
constexpr window window_of(int in, int out, int size, int stride, int before, int after, int dilation, bool same) {
  window w = same ? same_window(in, size, stride, dilation) : padded_window(in, size, stride, before, after, dilation);
  w.out = out;
  return w;
}

/// conv_shape_of(x, w, y, attributes): the extents of a convolution from the shapes of its three arrays.
constexpr conv_shape conv_shape_of(const dims& x, const dims& w, const dims& y, const graph::attributes& a) {
  const int* o = a.value;
  const bool same = o[9] != 0;
  return {x[0],
          x[1],
          w[0],
          o[8],
          window_of(x[2], y[2], w[2], o[0], o[2], o[3], o[6], same),
          window_of(x[3], y[3], w[3], o[1], o[4], o[5], o[7], same)};
}

template <> struct step<ops::conv2d> {
  template <class T> static conv_shape shape_of(const step_args<T>& s) {
    return conv_shape_of(s.in_shape[0], s.in_shape[1], s.shape, s.attr);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) { return conv_forward_scratch<T>(shape_of(s)); }
  template <class T> static void run(const step_args<T>& s) {
    conv_forward(shape_of(s), s.in[0], s.in[1], s.out, s.scratch);
  }
};

template <> struct step<ops::conv2d_input_grad> {
  template <class T> static conv_shape shape_of(const step_args<T>& s) {
    return conv_shape_of(s.shape, s.in_shape[1], s.in_shape[0], s.attr);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return conv_input_grad_scratch<T>(shape_of(s));
  }
  template <class T> static void run(const step_args<T>& s) {
    conv_input_grad(shape_of(s), s.in[0], s.in[1], s.out, s.scratch);
  }
};

template <> struct step<ops::conv2d_weight_grad> {
  template <class T> static conv_shape shape_of(const step_args<T>& s) {
    return conv_shape_of(s.in_shape[0], s.shape, s.in_shape[1], s.attr);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return conv_weight_grad_scratch<T>(shape_of(s));
  }
  template <class T> static void run(const step_args<T>& s) {
    conv_weight_grad(shape_of(s), s.in[0], s.in[1], s.out, s.scratch);
  }
};

} // namespace fluxpp::inline v0_1::kernels
