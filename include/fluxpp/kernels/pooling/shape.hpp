// SPDX-License-Identifier: MIT
#pragma once
// The extents of a pool, and what lies under its windows.

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

  /// under_all(w, adaptive, outputs): a range of inputs that holds what is under these windows.
  static constexpr range under_all(const window& w, bool adaptive, range outputs) {
    const int last = outputs.end - 1;
    if (adaptive) return {under(w, true, outputs.begin).begin, under(w, true, last).begin + under(w, true, last).count};
    const range all{std::max(w.origin(outputs.begin), 0), std::min(w.origin(last) + w.reach(), w.in)};
    return all.begin < all.end ? all : range{};
  }
};

/// place: the inputs under one window of a picture with rows of `width` elements, in the order of memory.
struct place {
  cells rows, cols;
  int width, divisor; // of the mean

  constexpr bool empty() const { return rows.count == 0 || cols.count == 0; }
  constexpr std::ptrdiff_t first() const { return static_cast<std::ptrdiff_t>(rows.begin) * width + cols.begin; }

  template <class F> void for_each(F f) const {
    for (int r = 0; r < rows.count; ++r) {
      std::ptrdiff_t at = first() + static_cast<std::ptrdiff_t>(r) * rows.step * width;
      for (int c = 0; c < cols.count; ++c, at += cols.step) f(at);
    }
  }
};

/// picture: a rectangle of windows and the rectangle of inputs that it needs.
struct picture {
  range out_rows, out_cols, in_rows, in_cols;

  constexpr picture() = default;
  constexpr picture(const pool_shape& s, range rows, range cols)
      : out_rows(rows), out_cols(cols), in_rows(cells::under_all(s.rows, s.adaptive, rows)),
        in_cols(cells::under_all(s.cols, s.adaptive, cols)) {}

  /// all(s): all windows and the whole plane.
  static constexpr picture all(const pool_shape& s) {
    picture p;
    p.out_rows = {0, s.rows.out}, p.out_cols = {0, s.cols.out}, p.in_rows = {0, s.rows.in}, p.in_cols = {0, s.cols.in};
    return p;
  }

  constexpr std::int64_t inputs() const { return static_cast<std::int64_t>(in_rows.size()) * in_cols.size(); }
  constexpr std::int64_t outputs() const { return static_cast<std::int64_t>(out_rows.size()) * out_cols.size(); }

  /// for_each_window(s, count_padding, f): f(place in the rectangle of inputs, number of the window).
  template <class F> void for_each_window(const pool_shape& s, bool count_padding, F f) const {
    std::ptrdiff_t number = 0;
    for (int i = out_rows.begin; i < out_rows.end; ++i) {
      cells rows = cells::under(s.rows, s.adaptive, i);
      rows.begin -= in_rows.begin;
      for (int j = out_cols.begin; j < out_cols.end; ++j, ++number) {
        cells cols = cells::under(s.cols, s.adaptive, j);
        cols.begin -= in_cols.begin;
        const bool whole = count_padding && !s.adaptive;
        const int divisor =
            whole ? s.rows.padded_taps(i).size() * s.cols.padded_taps(j).size() : rows.count * cols.count;
        f(place{rows, cols, in_cols.size(), divisor}, number);
      }
    }
  }
};
} // namespace pooling
} // namespace fluxpp::inline v0_1::kernels
