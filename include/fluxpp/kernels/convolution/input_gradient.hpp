// SPDX-License-Identifier: MIT
#pragma once
// The input gradient of a convolution as correlations of stride 1: inputs a stride apart meet the same taps.

#include <fluxpp/kernels/convolution/sequence.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// axis_phase: the inputs first, first + stride, ... of one axis; tap m of `axis` is tap last_tap - m tap_step of the filter.
struct axis_phase {
  window axis;
  int last_tap = 0, tap_step = 1;

  constexpr axis_phase(const window& w, int first) {
    const int common = std::gcd(w.stride, w.dilation), tap = first_tap(w, first, w.stride / common);
    tap_step = w.stride / common;
    axis = {w.out, ceil_div(w.in - first, w.stride), tap < w.size ? ceil_div(w.size - tap, tap_step) : 0};
    axis.dilation = w.dilation / common;
    if (axis.size == 0) return;
    last_tap = tap + (axis.size - 1) * tap_step;
    axis.pad_before = -(first + w.pad_before - last_tap * w.dilation) / w.stride;
  }

private:
  static constexpr int first_tap(const window& w, int first, int period) {
    for (int tap = 0; tap < period; ++tap)
      if ((first + w.pad_before - tap * w.dilation) % w.stride == 0) return tap;
    return w.size;
  }
};

/// input_phase: the inputs (i + a row stride, j + b column stride) of all images.
struct input_phase {
  axis_phase rows, cols;

  constexpr input_phase(const conv_shape& s, int i, int j) : rows(s.rows, i), cols(s.cols, j) {}
  constexpr conv_shape shape(const conv_shape& s) const {
    return {s.batch, s.filters, s.channels, s.groups, rows.axis, cols.axis};
  }
};

/// spread_shape(s): the input gradient of filters of one channel as a single correlation of stride 1, of results that stand
/// a stride apart: where it suits, its rows are longer than those of the phases, and are written side by side.
constexpr conv_shape spread_shape(const conv_shape& s) {
  const auto axis = [](const window& w) {
    return window{
        .in = (w.out - 1) * w.stride + 1, .out = w.in, .size = w.size, .pad_before = w.size - 1 - w.pad_before};
  };
  return {s.batch, s.filters, s.channels, s.groups, axis(s.rows), axis(s.cols)};
}
constexpr bool spreads(const conv_shape& s) {
  return (s.rows.stride > 1 || s.cols.stride > 1) && s.rows.stride <= 2 && s.cols.stride <= 2 && s.rows.dilation == 1 &&
         s.cols.dilation == 1 && plane_plan::suits(spread_shape(s));
}

/// input_gradient_scratch<T>(s): the elements that input_gradient needs.
template <class T> constexpr std::size_t input_gradient_scratch(const conv_shape& s) {
  if (spreads(s)) return depthwise_scratch<T>(spread_shape(s));
  std::size_t most = 0;
  for (int i = 0; i < std::min(s.rows.stride, s.rows.in); ++i)
    for (int j = 0; j < std::min(s.cols.stride, s.cols.in); ++j)
      most = std::max(most, correlation_scratch<T>(input_phase(s, i, j).shape(s)));
  return most;
}

/// input_gradient_phase(s, phase, ybar, w, xbar, scratch): the inputs of one phase; xbar points to the first of them.
template <class T>
void input_gradient_phase(const conv_shape& s, const input_phase& phase, const T* ybar, const T* w, T* xbar,
                          T* scratch) {
  const std::ptrdiff_t x_row = s.cols.in, x_plane = x_row * s.rows.in, y_row = s.cols.out, y_plane = y_row * s.rows.out;
  const std::ptrdiff_t col = 1, row = s.cols.size, channel = row * s.rows.size, filter = channel * s.group_channels();
  const filter_source<T> mirrored{w + phase.rows.last_tap * row + phase.cols.last_tap * col,
                                  s.group_filters() * filter,
                                  channel,
                                  filter,
                                  -phase.rows.tap_step * row,
                                  -phase.cols.tap_step * col};
  const output_grid<T> to{xbar, s.channels * x_plane, x_plane, s.rows.stride * x_row, s.cols.stride};
  correlate(phase.shape(s), plane_source<T>{ybar, s.filters * y_plane, y_row}, y_plane, mirrored, to, scratch);
}

/// input_gradient_spread(s, ybar, w, xbar, scratch): all inputs at once, where it suits.
template <class T> void input_gradient_spread(const conv_shape& s, const T* ybar, const T* w, T* xbar, T* scratch) {
  const std::ptrdiff_t x_plane = std::ptrdiff_t{s.rows.in} * s.cols.in,
                       y_plane = std::ptrdiff_t{s.rows.out} * s.cols.out;
  const std::ptrdiff_t row = s.cols.size, taps = row * s.rows.size;
  const spread_source<T> from{{ybar, s.filters * y_plane, s.cols.out}, s.rows.stride, s.cols.stride};
  depthwise(spread_shape(s), from, y_plane, filter_source<T>{w + taps - 1, taps, taps, taps, -row, -1},
            output_grid<T>{xbar, s.channels * x_plane, x_plane, s.cols.in, 1}, scratch);
}

/// input_gradient(s, ybar, w, xbar, scratch): xbar, phase by phase; inputs that no tap meets are cleared before.
template <class T> void input_gradient(const conv_shape& s, const T* ybar, const T* w, T* xbar, T* scratch) {
  if (spreads(s)) return input_gradient_spread(s, ybar, w, xbar, scratch);
  const auto phases_with = [&s](bool taps, auto f) {
    for (int i = 0; i < std::min(s.rows.stride, s.rows.in); ++i)
      for (int j = 0; j < std::min(s.cols.stride, s.cols.in); ++j)
        if (const input_phase phase(s, i, j); (phase.shape(s).depth() > 0) == taps) f(phase, i * s.cols.in + j);
  };
  bool clear = false;
  phases_with(false, [&](const input_phase&, int) { clear = true; });
  if (clear) std::fill_n(xbar, s.input_size(), T(0));
  phases_with(true, [&](const input_phase& phase, int first) {
    input_gradient_phase(s, phase, ybar, w, xbar + first, scratch);
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
