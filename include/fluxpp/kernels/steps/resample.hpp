// SPDX-License-Identifier: MIT
#pragma once
// The kernels of resample and its transpose.
#include "fluxpp/kernels/resample.hpp"
#include "fluxpp/kernels/step.hpp"

namespace fluxpp::inline v0_1::kernels {

/// resampled_axis: the axis of a step in attribute 0, with what lies before and behind it.
struct resampled_axis {
  std::ptrdiff_t outer = 1, inner = 1;
  resampling how;

  resampled_axis(const dims& x, const dims& y, const graph::attributes& a)
      : how{x[a.value[0]], y[a.value[0]], {static_cast<interpolation>(a.value[1]), a.value[2] != 0, a.value[3] != 0}} {
    for (int i = 0; i < a.value[0]; ++i) outer *= x[i];
    for (int i = a.value[0] + 1; i < x.rank; ++i) inner *= x[i];
  }
};

template <> struct step<ops::resample> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return mean_table<T>::size(resampled_axis(s.in_shape[0], s.shape, s.attr).how);
  }
  template <class T> static void run(const step_args<T>& s) {
    const resampled_axis axis(s.in_shape[0], s.shape, s.attr);
    resample(mean_table<T>(axis.how, s.scratch), axis.outer, axis.inner, s.in[0], s.out);
  }
};

template <> struct step<ops::resample_grad> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return mean_table<T>::size(resampled_axis(s.shape, s.in_shape[0], s.attr).how);
  }
  template <class T> static void run(const step_args<T>& s) {
    const resampled_axis axis(s.shape, s.in_shape[0], s.attr);
    resample_grad(mean_table<T>(axis.how, s.scratch), axis.outer, axis.inner, s.in[0], s.out);
  }
};

} // namespace fluxpp::inline v0_1::kernels
