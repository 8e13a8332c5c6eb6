// SPDX-License-Identifier: MIT
#pragma once
// The kernels of the pools and of their derivatives.
#include "fluxpp/kernels/steps/convolution.hpp"
#include "fluxpp/kernels/steps/extremum.hpp"
#include "fluxpp/ops/avg_pool2d.hpp"
#include "fluxpp/ops/max_pool2d.hpp"

namespace fluxpp::inline v0_1::kernels {

/// pooled_axis: the elements of one axis under each window, and how many a mean divides by.
struct pooled_axis {
  window w;
  bool adaptive, count_padding;

  range elements(int o) const {
    if (!adaptive) return {w.origin(o) + w.taps(o).begin, w.origin(o) + w.taps(o).end};
    const auto at = [this](int i) { return static_cast<std::int64_t>(i) * w.in; };
    return {static_cast<int>(at(o) / w.out), static_cast<int>((at(o + 1) + w.out - 1) / w.out)};
  }
  int count(int o) const { return adaptive || !count_padding ? elements(o).size() : w.padded_taps(o).size(); }
};

/// pooled: an image as planes whose axes are pooled; x is the larger side, y the one with a number per window.
struct pooled {
  int planes;
  pooled_axis rows, columns;

  pooled(const dims& x, const dims& y, const graph::attributes& a)
      : planes(x[0] * x[1]),
        rows{window_of(x[2], y[2], a.value[0], a.value[2], a.value[4], a.value[5], 1, a.value[8] != 0), a.value[10] != 0,
             a.value[9] != 0},
        columns{window_of(x[3], y[3], a.value[1], a.value[3], a.value[6], a.value[7], 1, a.value[8] != 0),
                a.value[10] != 0, a.value[9] != 0} {}

  /// f(offset of the plane in x, rows under the window, columns under it, how many to divide by, offset in y).
  template <class F> void for_each_window(F&& f) const {
    std::ptrdiff_t to = 0;
    for (int p = 0; p < planes; ++p)
      for (int i = 0; i < rows.w.out; ++i)
        for (int j = 0; j < columns.w.out; ++j, ++to)
          f(std::ptrdiff_t{p} * rows.w.in * columns.w.in, rows.elements(i), columns.elements(j),
            rows.count(i) * columns.count(j), to);
  }

  /// f(offset of the first largest element in x, offset in y) for every window.
  template <class T, class F> void for_each_maximum(const T* x, F&& f) const {
    for_each_window([&](std::ptrdiff_t plane, range r, range c, int, std::ptrdiff_t to) {
      std::ptrdiff_t at = plane + std::ptrdiff_t{r.begin} * columns.w.in + c.begin;
      for (std::ptrdiff_t i = r.begin; i < r.end; ++i)
        for (std::ptrdiff_t j = c.begin; j < c.end; ++j) {
          const std::ptrdiff_t here = plane + i * columns.w.in + j;
          if (ahead<false>(x[here], x[at])) at = here;
        }
      f(at, to);
    });
  }
};

template <> struct step<ops::max_pool2d> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    pooled(s.in_shape[0], s.shape, s.attr).for_each_maximum(s.in[0], [&](auto at, auto to) { s.out[to] = s.in[0][at]; });
  }
};

template <> struct step<ops::max_pool_at> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    pooled(s.in_shape[0], s.shape, s.attr).for_each_maximum(s.in[0], [&](auto at, auto to) { s.out[to] = s.in[1][at]; });
  }
};

template <> struct step<ops::max_pool_put> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    std::fill_n(s.out, s.size(), T(0));
    pooled(s.shape, s.in_shape[1], s.attr).for_each_maximum(s.in[0], [&](auto at, auto to) { s.out[at] += s.in[1][to]; });
  }
};

template <> struct step<ops::avg_pool2d> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const pooled p(s.in_shape[0], s.shape, s.attr);
    p.for_each_window([&](std::ptrdiff_t plane, range r, range c, int count, std::ptrdiff_t to) {
      T sum = 0;
      for (std::ptrdiff_t i = r.begin; i < r.end; ++i)
        for (std::ptrdiff_t j = c.begin; j < c.end; ++j) sum += s.in[0][plane + i * p.columns.w.in + j];
      s.out[to] = sum / static_cast<T>(count);
    });
  }
};

template <> struct step<ops::avg_pool2d_grad> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const pooled p(s.shape, s.in_shape[0], s.attr);
    std::fill_n(s.out, s.size(), T(0));
    p.for_each_window([&](std::ptrdiff_t plane, range r, range c, int count, std::ptrdiff_t to) {
      const T share = s.in[0][to] / static_cast<T>(count);
      for (std::ptrdiff_t i = r.begin; i < r.end; ++i)
        for (std::ptrdiff_t j = c.begin; j < c.end; ++j) s.out[plane + i * p.columns.w.in + j] += share;
    });
  }
};

}  // namespace fluxpp::inline v0_1::kernels
