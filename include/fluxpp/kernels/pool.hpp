// SPDX-License-Identifier: MIT
#pragma once
// Pools of images: the largest element or the mean under each window, and the transposes of both.

#include <fluxpp/kernels/parts.hpp>
#include <fluxpp/kernels/window.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fluxpp::inline v0_1::kernels {
/// pool_shape: `planes` images [rows.in, cols.in] become [rows.out, cols.out]. If adaptive, window i of an axis covers the
/// inputs floor(i in / out), ... ceil((i + 1) in / out) - 1, and the other members of the windows have no meaning.
struct pool_shape {
  int planes = 0;
  window rows, cols;
  bool adaptive = false;

  constexpr std::ptrdiff_t input_plane() const { return static_cast<std::ptrdiff_t>(rows.in) * cols.in; }
  constexpr std::ptrdiff_t output_plane() const { return static_cast<std::ptrdiff_t>(rows.out) * cols.out; }
  constexpr bool operator==(const pool_shape&) const = default;
};

namespace pooling {
/// cells: the inputs of one axis under a window, `count` of them, `step` apart.
struct cells {
  int begin, count, step;

  static constexpr cells under(const window& w, bool adaptive, int o) {
    if (adaptive) {
      const auto at = [&](int i) { return static_cast<std::int64_t>(i) * w.in; };
      const int begin = static_cast<int>(at(o) / w.out);
      return {begin, static_cast<int>((at(o + 1) + w.out - 1) / w.out) - begin, 1};
    }
    const range taps = w.taps(o);
    return {w.origin(o) + taps.begin * w.dilation, taps.size(), w.dilation};
  }
};

/// place: a window of a plane, where it reads and where its output is.
struct place {
  cells rows, cols;
  int i, j;
  std::ptrdiff_t output; // in the plane

  constexpr bool empty() const { return rows.count == 0 || cols.count == 0; }
};

/// for_each_window(s, f): f(plane, place) for all windows; planes are divided among threads.
template <class F> void for_each_window(const pool_shape& s, F f) {
  in_parts(s.planes, s.input_plane() + s.output_plane(), [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t plane = first; plane < last; ++plane)
      for (int i = 0; i < s.rows.out; ++i) {
        const cells rows = cells::under(s.rows, s.adaptive, i);
        for (int j = 0; j < s.cols.out; ++j)
          f(plane,
            place{rows, cells::under(s.cols, s.adaptive, j), i, j, static_cast<std::ptrdiff_t>(i) * s.cols.out + j});
      }
  });
}

/// clear(s, xbar): all inputs zero.
template <class T> void clear(const pool_shape& s, T* xbar) {
  std::fill_n(xbar, static_cast<std::size_t>(s.planes) * static_cast<std::size_t>(s.input_plane()), T(0));
}

/// first_maximum(x, width, p): where the plane x has its first largest element, or its first NaN, under a window.
template <class T> std::ptrdiff_t first_maximum(const T* x, int width, const place& p) {
  std::ptrdiff_t at = static_cast<std::ptrdiff_t>(p.rows.begin) * width + p.cols.begin;
  T best = x[at];
  for (int r = 0; r < p.rows.count; ++r) {
    std::ptrdiff_t here = static_cast<std::ptrdiff_t>(p.rows.begin + r * p.rows.step) * width + p.cols.begin;
    for (int c = 0; c < p.cols.count; ++c, here += p.cols.step) {
      const bool better = !(x[here] <= best) & (best == best);
      best = better ? x[here] : best;
      at = better ? here : at;
    }
  }
  return at;
}

/// divisor(s, p, count_padding): what the mean under a window divides by.
constexpr int divisor(const pool_shape& s, const place& p, bool count_padding) {
  if (s.adaptive || !count_padding) return p.rows.count * p.cols.count;
  return s.rows.padded_taps(p.i).size() * s.cols.padded_taps(p.j).size();
}

/// for_each_input(p, width, f): f(index in the plane) for all inputs under a window, by rows.
template <class F> void for_each_input(const place& p, int width, F f) {
  for (int r = 0; r < p.rows.count; ++r) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(p.rows.begin + r * p.rows.step) * width;
    for (int c = 0; c < p.cols.count; ++c) f(row + p.cols.begin + c * p.cols.step);
  }
}
} // namespace pooling

/// max_pool_at(s, x, t, y): y = t where x has its first largest element under each window; the maximum itself if t is x.
/// A NaN counts as largest, padding never does; a window of nothing but padding gives 0.
/// shapes   x, t [planes, h, w], y [planes, h', w']
/// accuracy exact
template <class T> void max_pool_at(const pool_shape& s, const T* x, const T* t, T* y) {
  pooling::for_each_window(s, [&](std::ptrdiff_t plane, const pooling::place& p) {
    const std::ptrdiff_t in = plane * s.input_plane();
    y[plane * s.output_plane() + p.output] = p.empty() ? T(0) : t[in + pooling::first_maximum(x + in, s.cols.in, p)];
  });
}

/// max_pool_put(s, x, ybar, xbar): the transpose of max_pool_at in t: ybar added where x has its first largest element, 0
/// elsewhere.
/// shapes   as max_pool_at
template <class T> void max_pool_put(const pool_shape& s, const T* x, const T* ybar, T* xbar) {
  pooling::clear(s, xbar);
  pooling::for_each_window(s, [&](std::ptrdiff_t plane, const pooling::place& p) {
    const std::ptrdiff_t in = plane * s.input_plane();
    if (p.empty()) return;
    xbar[in + pooling::first_maximum(x + in, s.cols.in, p)] += ybar[plane * s.output_plane() + p.output];
  });
}

/// avg_pool(s, x, y, count_padding): the mean under each window, of the inputs alone, or with count_padding as if the
/// padding of the image were zeros; a window of nothing but padding gives 0.
/// shapes   x [planes, h, w], y [planes, h', w']
/// accuracy 1 ulp * inputs under a window
template <class T> void avg_pool(const pool_shape& s, const T* x, T* y, bool count_padding) {
  pooling::for_each_window(s, [&](std::ptrdiff_t plane, const pooling::place& p) {
    const T* from = x + plane * s.input_plane();
    T sum = 0;
    pooling::for_each_input(p, s.cols.in, [&](std::ptrdiff_t i) { sum += from[i]; });
    y[plane * s.output_plane() + p.output] =
        p.empty() ? T(0) : sum / static_cast<T>(pooling::divisor(s, p, count_padding));
  });
}

/// avg_pool_grad(s, ybar, xbar, count_padding): the transpose of avg_pool.
/// shapes   as avg_pool
template <class T> void avg_pool_grad(const pool_shape& s, const T* ybar, T* xbar, bool count_padding) {
  pooling::clear(s, xbar);
  pooling::for_each_window(s, [&](std::ptrdiff_t plane, const pooling::place& p) {
    if (p.empty()) return;
    const T share = ybar[plane * s.output_plane() + p.output] / static_cast<T>(pooling::divisor(s, p, count_padding));
    T* to = xbar + plane * s.input_plane();
    pooling::for_each_input(p, s.cols.in, [&](std::ptrdiff_t i) { to[i] += share; });
  });
}
} // namespace fluxpp::inline v0_1::kernels
