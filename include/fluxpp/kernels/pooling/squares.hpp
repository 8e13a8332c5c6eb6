// SPDX-License-Identifier: MIT
#pragma once
// The largest of every 2 x 2 inputs, windows side by side without padding: two rows in registers, a pair of lanes for each
// window.

#include <fluxpp/kernels/parts.hpp>
#include <fluxpp/kernels/pooling/shape.hpp>
#include <fluxpp/simd/pairs.hpp>

#include <array>

namespace fluxpp::inline v0_1::kernels::pooling {
/// in_squares<T>(s): whether windows are such.
template <class T> constexpr bool in_squares(const pool_shape& s) {
  const auto pairs = [](const window& w) { return w == padded_window(2 * w.out, 2, 2); };
  return simd::batch<T>::size > 1 && !s.adaptive && pairs(s.rows) && pairs(s.cols);
}

/// square<T>: in both lanes of each pair the inputs of its window, in the order of memory.
template <class T> struct square {
  using batch = simd::batch<T>;
  std::array<batch, 4> input;

  /// n inputs of each of two rows.
  square(const T* row, std::ptrdiff_t next, int n) {
    for (std::size_t i = 0; i < 4; i += 2, row += next) {
      const batch v = batch::load_first(row, n), other = simd::swap_groups<1>(v);
      input[i] = simd::select(odd(), other, v), input[i + 1] = simd::select(odd(), v, other);
    }
  }
  static simd::mask<T> odd() { return simd::upper_of_pairs<1, T>(); }

  /// Of four values, one per input, that of the first largest input; of the first NaN.
  batch at_largest(const std::array<batch, 4>& value) const {
    batch best = input[0], v = value[0];
    for (std::size_t i = 1; i < 4; ++i) {
      const auto better = (!(input[i] <= best)) & (best == best);
      best = simd::select(better, input[i], best), v = simd::select(better, value[i], v);
    }
    return v;
  }
};

/// for_each_square_row(s, f): f(first input, first output, inputs) for parts of pairs of rows, at most a register wide.
template <class T, class F> void for_each_square_row(const pool_shape& s, F f) {
  const std::ptrdiff_t columns = s.cols.in;
  in_parts(std::ptrdiff_t{s.planes} * s.rows.out, 2 * columns, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t r = first; r < last; ++r)
      for (std::ptrdiff_t j = 0; j < columns; j += simd::batch<T>::size)
        f(2 * r * columns + j, (r * columns + j) / 2,
          static_cast<int>(std::min<std::ptrdiff_t>(simd::batch<T>::size, columns - j)));
  });
}

/// squares_at(s, x, t, y), squares_put(s, x, ybar, xbar): as max_pool_at and max_pool_put.
template <class T> void squares_at(const pool_shape& s, const T* x, const T* t, T* y) {
  for_each_square_row<T>(s, [&](std::ptrdiff_t in, std::ptrdiff_t out, int n) {
    const square<T> of(x + in, s.cols.in, n);
    const auto values = t == x ? of.input : square<T>(t + in, s.cols.in, n).input;
    simd::from_pairs(of.at_largest(values)).store_first(y + out, n / 2);
  });
}
template <class T> void squares_put(const pool_shape& s, const T* x, const T* ybar, T* xbar) {
  using batch = simd::batch<T>;
  for_each_square_row<T>(s, [&](std::ptrdiff_t in, std::ptrdiff_t out, int n) {
    const batch up = simd::to_pairs(batch::load_first(ybar + out, n / 2)), zero(T(0)), one(T(1)), two(T(2));
    const batch largest = square<T>(x + in, s.cols.in, n).at_largest({zero, one, two, one + two});
    const batch column = simd::select(square<T>::odd(), one, zero);
    simd::select(largest == column, up, zero).store_first(xbar + in, n);
    simd::select(largest == column + two, up, zero).store_first(xbar + in + s.cols.in, n);
  });
}
} // namespace fluxpp::inline v0_1::kernels::pooling
