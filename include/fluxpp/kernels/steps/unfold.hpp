// SPDX-License-Identifier: MIT
#pragma once
// The kernels of unfold and fold: rows of pixels copied to rows of columns, and added back.
#include "fluxpp/kernels/convolution/layout.hpp"
#include "fluxpp/kernels/steps/convolution.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/unfold.hpp"

namespace fluxpp::inline v0_1::kernels {

/// unfolding: the planes of a batch of images, and the windows that cover them.
struct unfolding {
  int planes;
  window rows, cols;

  unfolding(const dims& image, const dims& columns, const graph::attributes& a) : planes(image[0] * image[1]) {
    const int* o = a.value;
    const int size = o[0] > 0 ? o[0] : image[1] > 0 ? columns[1] / (image[1] * o[1]) : 1;
    rows = padded_window(image[2], size, o[2], o[4], o[5], o[8]);
    cols = padded_window(image[3], o[1], o[3], o[6], o[7], o[9]);
  }
  std::ptrdiff_t plane() const { return std::ptrdiff_t{rows.in} * cols.in; }
  std::ptrdiff_t columns() const { return std::ptrdiff_t{rows.size} * cols.size * rows.out * cols.out; }

  /// for_each_row(f): f(at, inside, pixel) for each row of windows under each tap of a plane: where the row lies among the
  /// columns, which of its windows see a pixel, and the pixel that the first window would see.
  template <class F> void for_each_row(F f) const {
    const auto up = convolution::axis_packing::by_tap(rows), across = convolution::axis_packing::by_tap(cols);
    std::ptrdiff_t at = 0;
    for (int r = 0; r < rows.size; ++r)
      for (int s = 0; s < cols.size; ++s)
        for (int i = 0; i < rows.out; ++i, at += cols.out) {
          const int row = up.input(r, i);
          const bool seen = row >= 0 && row < rows.in;
          f(at, seen ? across.inside(s, cols.out) : range{}, std::ptrdiff_t{row} * cols.in + across.input(s, 0));
        }
  }
};

template <> struct step<ops::unfold> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const unfolding u(s.in_shape[0], s.shape, s.attr);
    const std::ptrdiff_t stride = u.cols.stride;
    in_parts(u.planes, u.columns(), [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t p = first; p < last; ++p)
        u.for_each_row(
            [&, x = s.in[0] + p * u.plane(), y = s.out + p * u.columns()](auto at, range inside, auto pixel) {
              std::fill_n(y + at, inside.begin, T(0));
              for (int j = inside.begin; j < inside.end; ++j) y[at + j] = x[pixel + j * stride];
              std::fill(y + at + inside.end, y + at + u.cols.out, T(0));
            });
    });
  }
};

template <> struct step<ops::fold_windows> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const unfolding u(s.shape, s.in_shape[0], s.attr);
    const std::ptrdiff_t stride = u.cols.stride;
    in_parts(u.planes, u.columns(), [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      std::fill(s.out + first * u.plane(), s.out + last * u.plane(), T(0));
      for (std::ptrdiff_t p = first; p < last; ++p)
        u.for_each_row(
            [&, x = s.out + p * u.plane(), y = s.in[0] + p * u.columns()](auto at, range inside, auto pixel) {
              for (int j = inside.begin; j < inside.end; ++j) x[pixel + j * stride] += y[at + j];
            });
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
