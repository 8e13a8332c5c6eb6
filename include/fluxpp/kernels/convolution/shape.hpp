// SPDX-License-Identifier: MIT
#pragma once
// The extents of a convolution: everything that its three kernels must know beside the numbers.

#include <fluxpp/kernels/window.hpp>

#include <cstddef>
#include <utility>

namespace fluxpp::inline v0_1::kernels {
/// conv_shape: images [batch, channels, rows.in, cols.in] meet filters [filters, channels / groups, rows.size, cols.size].
/// A 1-D convolution has one row.
struct conv_shape {
  int batch = 0, channels = 0, filters = 0, groups = 1;
  window rows, cols;

  constexpr int group_channels() const { return channels / groups; }
  constexpr int group_filters() const { return filters / groups; }

  /// depth(): the number of products in one output, padding included.
  constexpr int depth() const { return group_channels() * rows.size * cols.size; }

  constexpr std::size_t input_size() const { return count(batch, channels, rows.in, cols.in); }
  constexpr std::size_t weight_size() const { return count(filters, group_channels(), rows.size, cols.size); }
  constexpr std::size_t output_size() const { return count(batch, filters, rows.out, cols.out); }

  /// products(): multiplications of one pass, padding included.
  constexpr double products() const { return static_cast<double>(output_size()) * depth(); }

  /// flat(): the same convolution of the same memory with one row, where a column or filters of one pixel allow it.
  constexpr conv_shape flat() const {
    conv_shape s = *this;
    if (cols.plain() && cols.in == 1) std::swap(s.rows, s.cols);
    if (s.rows.plain() && s.cols.plain()) {
      s.cols = padded_window(s.rows.in * s.cols.in, 1);
      s.rows = {};
    }
    return s;
  }

  constexpr bool operator==(const conv_shape&) const = default;

private:
  static constexpr std::size_t count(int a, int b, int c, int d) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c) *
           static_cast<std::size_t>(d);
  }
};
} // namespace fluxpp::inline v0_1::kernels
