// SPDX-License-Identifier: MIT
#pragma once
// Planes that are too small to fill registers with their rows: copies with their padding, read number by number.

#include <fluxpp/kernels/convolution/correlate.hpp>
#include <fluxpp/kernels/copy.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// padded: what is under the windows of a plane, in rows of `pitch`; strides are 1, so that outputs are as far apart as
/// inputs.
struct padded {
  static constexpr int most_outputs = 64, most_taps = 49;
  axis_packing rows, cols;
  int pitch = 1, plane = 1, taps = 1, outputs = 1;

  constexpr explicit padded(const conv_shape& s)
      : rows{s.rows}, cols{s.cols}, pitch(cols.length(s.cols.out)), plane(rows.length(s.rows.out) * pitch),
        taps(s.rows.size * s.cols.size), outputs(s.rows.out * s.cols.out), down_(rows.inside(0, plane / pitch)),
        across_(cols.inside(0, pitch)), first_row_(rows.input(0, down_.begin)),
        first_col_(cols.input(0, across_.begin)) {}
  /// suits<T>(s): whether planes are as small as that, and filters fill registers.
  template <class T> static constexpr bool suits(const conv_shape& s) {
    return s.groups == 1 && s.rows.stride == 1 && s.cols.stride == 1 && s.rows.out * s.cols.out <= most_outputs &&
           s.rows.size * s.cols.size <= most_taps && s.filters % tile_of<T>::lanes == 0 && tile_of<T>::lanes > 1;
  }

  /// Where the taps of output 0 are; numbers of the plane follow, for tiles that run over the end.
  constexpr auto offsets() const {
    std::array<int, most_taps + 8> at{};
    for (int t = 0; t < taps; ++t)
      at[static_cast<std::size_t>(t)] = rows.shift(t / cols.axis.size) * pitch + cols.shift(t % cols.axis.size);
    return at;
  }
  /// fill(n, x, apart, row, to): n planes, and rows of them, that are so far apart; their padding is there already.
  template <class T> void fill(int n, const T* x, std::ptrdiff_t apart, std::ptrdiff_t row, T* to) const {
    x += first_row_ * row + first_col_, to += down_.begin * pitch + across_.begin;
    for (int j = 0; j < across_.size(); j += simd::batch<T>::size)
      copy_columns(n, x + j, apart, row, std::min(across_.size() - j, simd::batch<T>::size), to + j);
  }

private:
  /// The same of at most a register of each row.
  template <class T>
  void copy_columns(int n, const T* x, std::ptrdiff_t apart, std::ptrdiff_t row, int columns, T* to) const {
    const int rows_of_plane = down_.size(), line = pitch, next = plane - rows_of_plane * line;
    for (int i = 0; i < n; ++i, x += apart - rows_of_plane * row, to += next)
      for (int r = 0; r < rows_of_plane; ++r, x += row, to += line)
        simd::batch<T>::load_first(x, columns).store_first(to, columns);
  }

  range down_, across_; ///< of the padded plane: inputs
  std::ptrdiff_t first_row_, first_col_;
};

/// turn(n, m, from, to): to[j][i] = from[i][j] for i below n, j below m; the rows of `to` are n apart.
template <class T> void turn(int n, int m, const T* from, T* to) {
  transpose_matrix<8>({n, m, 1}, {m, 1, n}, from, to);
}
} // namespace fluxpp::inline v0_1::kernels::convolution
