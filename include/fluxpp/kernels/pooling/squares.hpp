// SPDX-License-Identifier: MIT
#pragma once
// The largest of every 2 x 2 inputs, windows side by side without padding: rows in registers, a pair of lanes of each row for
// a window.

#include <fluxpp/kernels/parts.hpp>
#include <fluxpp/kernels/pooling/shape.hpp>
#include <fluxpp/simd/pairs.hpp>

#include <array>
#include <type_traits>

namespace fluxpp::inline v0_1::kernels::pooling {
/// in_squares<T>(s): whether windows are such.
template <class T> constexpr bool in_squares(const pool_shape& s) {
  const auto pairs = [](const window& w) { return w == padded_window(2 * w.out, 2, 2); };
  return simd::batch<T>::size >= 4 && !s.adaptive && pairs(s.rows) && pairs(s.cols);
}

/// squares<T, width>: the windows under a register of inputs; width is that of the rows of which it holds several pairs, or 0:
/// it holds a part of one, and another register of the next.
template <class T, int width> struct squares {
  using batch = simd::batch<T>;
  static constexpr bool narrow = width > 0;
  static constexpr int row = narrow ? width : 1, each = narrow ? 4 : 2; ///< inputs in a register for one output
  std::array<batch, 4> input; ///< in all lanes of a window its inputs, in the order of memory

  /// n inputs, and if rows are not narrow as many of the next row.
  [[gnu::always_inline]] squares(const T* x, std::ptrdiff_t next, int n) {
    const batch v = batch::load_first(x, n);
    if constexpr (narrow) {
      const batch w = simd::swap_groups<row>(v);
      spread(0, simd::select(below(), w, v)), spread(2, simd::select(below(), v, w));
    } else {
      spread(0, v), spread(2, batch::load_first(x + next, n));
    }
  }
  /// Of four values, one per input, that of the first largest input; of the first NaN.
  [[gnu::always_inline]] batch at_largest(const std::array<batch, 4>& value) const {
    batch best = input[0], v = value[0];
    for (std::size_t i = 1; i < 4; ++i) {
      const auto better = (!(input[i] <= best)) & (best == best);
      best = simd::select(better, input[i], best), v = simd::select(better, value[i], v);
    }
    return v;
  }
  /// A number of each window in all its lanes, and back.
  [[gnu::always_inline]] static batch to_windows(batch v) {
    if constexpr (narrow) v = simd::doubled<row / 2>(v);
    return simd::doubled<1>(v);
  }
  [[gnu::always_inline]] static batch from_windows(batch v) {
    v = simd::halved<1>(v);
    if constexpr (narrow) v = simd::halved<row / 2>(v);
    return v;
  }
  static simd::mask<T> odd() { return simd::upper_of_pairs<1, T>(); }
  static simd::mask<T> below() { return simd::upper_of_pairs<row, T>(); }

private:
  [[gnu::always_inline]] void spread(std::size_t i, batch v) {
    const batch other = simd::swap_groups<1>(v);
    input[i] = simd::select(odd(), other, v), input[i + 1] = simd::select(odd(), v, other);
  }
};

/// for_each_squares<T>(s, f): f(width, first input, first output, inputs) for registers of inputs, width a constant.
template <class T, class F> void for_each_squares(const pool_shape& s, F f) {
  constexpr int lanes = simd::batch<T>::size;
  const std::ptrdiff_t columns = s.cols.in, pairs = std::ptrdiff_t{s.planes} * s.rows.out;
  const auto narrow = [&]<int width>(std::integral_constant<int, width> w) {
    constexpr std::ptrdiff_t together = lanes / (2 * width);
    in_parts((pairs + together - 1) / together, lanes, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t r = first; r < last; ++r)
        f(w, r * lanes, r * lanes / 4,
          static_cast<int>(std::min<std::ptrdiff_t>(lanes, (pairs * width * 2 - r * lanes))));
    });
  };
  if constexpr (lanes >= 4)
    if (2 * columns == lanes) return narrow(std::integral_constant<int, lanes / 2>{});
  if constexpr (lanes >= 8)
    if (4 * columns == lanes) return narrow(std::integral_constant<int, lanes / 4>{});
  in_parts(pairs, 2 * columns, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t r = first; r < last; ++r)
      for (std::ptrdiff_t j = 0; j < columns; j += lanes)
        f(std::integral_constant<int, 0>{}, 2 * r * columns + j, (r * columns + j) / 2,
          static_cast<int>(std::min<std::ptrdiff_t>(lanes, columns - j)));
  });
}

/// squares_at(s, x, t, y), squares_put(s, x, ybar, xbar): as max_pool_at and max_pool_put.
template <class T> void squares_at(const pool_shape& s, const T* x, const T* t, T* y) {
  for_each_squares<T>(
      s, [&]<int width>(std::integral_constant<int, width>, std::ptrdiff_t in, std::ptrdiff_t out, int n) {
        using windows = squares<T, width>;
        const windows of(x + in, s.cols.in, n);
        const auto taken = t == x ? of.at_largest(of.input) : of.at_largest(windows(t + in, s.cols.in, n).input);
        windows::from_windows(taken).store_first(y + out, n / windows::each);
      });
}
template <class T> void squares_put(const pool_shape& s, const T* x, const T* ybar, T* xbar) {
  for_each_squares<T>(
      s, [&]<int width>(std::integral_constant<int, width>, std::ptrdiff_t in, std::ptrdiff_t out, int n) {
        using windows = squares<T, width>;
        using batch = simd::batch<T>;
        const batch zero(T(0)), one(T(1)), two(T(2));
        const batch up = windows::to_windows(batch::load_first(ybar + out, n / windows::each));
        const batch largest = windows(x + in, s.cols.in, n).at_largest({zero, one, two, one + two});
        const batch above = simd::select(windows::odd(), one, zero); // the number of an input among those of its window
        const auto put = [&](batch number, T* to) { simd::select(largest == number, up, zero).store_first(to, n); };
        if constexpr (windows::narrow) {
          put(above + simd::select(windows::below(), two, zero), xbar + in);
        } else {
          put(above, xbar + in), put(above + two, xbar + in + s.cols.in);
        }
      });
}
} // namespace fluxpp::inline v0_1::kernels::pooling
