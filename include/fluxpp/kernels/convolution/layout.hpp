// SPDX-License-Identifier: MIT
#pragma once
// How images are cut into chunks and packed, so that a step along the outputs of a chunk is a step in memory.

#include <fluxpp/kernels/convolution/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace fluxpp::inline v0_1::kernels::convolution {
/// The most tasks a pass is cut into. A constant, so that results and scratch do not depend on the threads.
inline constexpr int most_tasks = 16;

/// The most (channel, tap) pairs that are summed in registers before the outputs are touched.
inline constexpr int depth_block = 1024;

/// axis_packing: one axis of an image as copies in which output o of tap t is element o + shift(t) of copy t % copies.
struct axis_packing {
  window axis;
  int copies = 1;

  /// by_phase(w): as few copies as the stride allows.
  static constexpr axis_packing by_phase(const window& w) {
    return {w, std::max(1, std::min(w.size, w.stride / std::gcd(w.stride, w.dilation)))};
  }
  /// by_tap(w): one copy for each tap; then no element lies between the outputs.
  static constexpr axis_packing by_tap(const window& w) { return {w, std::max(1, w.size)}; }

  constexpr int shift(int tap) const {
    return axis.stride == 1 && copies == 1 ? tap * axis.dilation : (tap - tap % copies) * axis.dilation / axis.stride;
  }
  constexpr int length(int outputs) const { return outputs + shift((std::max(axis.size, 1) - 1) / copies * copies); }

  /// input(copy, element): the input at this place; negative or >= in if it is padding.
  constexpr int input(int copy, int element) const { return axis.origin(element) + copy * axis.dilation; }

  /// inside(copy, n): those of the first n elements that are inputs.
  constexpr range inside(int copy, int n) const {
    const int begin = std::clamp(ceil_div(-input(copy, 0), axis.stride), 0, n);
    return {begin, std::clamp(ceil_div(axis.in - input(copy, 0), axis.stride), begin, n)};
  }

  /// shared(): the zeros at the end of a row that the zeros at the start of the next row can stand for.
  constexpr int shared() const {
    const int n = length(axis.out);
    int least = n - axis.out;
    for (int c = 0; c < copies; ++c) least = std::min({least, inside(c, n).begin, n - inside(c, n).end});
    return least;
  }
};

/// chunk: the outputs of some images, or a rectangle of outputs of one image, that are computed together.
struct chunk {
  int image = 0, images = 0, row = 0, rows = 0, col = 0, cols = 0;
};

/// cut(n, most): n things in parts of about equal size, none above `most`.
struct cut {
  int total = 0, part = 1, parts = 0;

  constexpr cut() = default;
  constexpr cut(int n, int most) : total(n) {
    if (n <= 0) return;
    part = ceil_div(n, ceil_div(n, std::clamp(most, 1, n)));
    parts = ceil_div(n, part);
  }
  constexpr int begin(int i) const { return i * part; }
  constexpr int size(int i) const { return std::min(part, total - begin(i)); }
};

/// budget: what a chunk should be like: outputs, elements of packed channels, products of an output; and the lanes of a
/// register.
struct budget {
  int most_outputs = 2048, least_outputs = 512, elements = 131072, lanes = 16, depth = depth_block;
};

/// packing: rows of `images` images side by side; row r of image i starts at (r images + i) pitch.
struct packing {
  conv_shape shape;
  axis_packing rows, cols;
  int pitch = 1, channels = 1;
  cut image_cut, row_cut, col_cut;

  constexpr packing() = default;
  constexpr packing(const conv_shape& s, const budget& b) : shape(s) {
    rows = axis_packing::by_phase(shape.rows);
    cols = choose(shape, b);
    pitch = cols.length(cols.axis.out) - cols.shared();
    channels = cut(shape.group_channels(), b.depth / std::max(1, shape.rows.size * shape.cols.size)).part;
    cut_outputs(b);
  }

  constexpr int chunks() const { return image_cut.parts * row_cut.parts * col_cut.parts; }
  constexpr chunk at(int i) const {
    const int c = i % col_cut.parts, r = i / col_cut.parts % row_cut.parts, n = i / col_cut.parts / row_cut.parts;
    return {image_cut.begin(n), image_cut.size(n), row_cut.begin(r),
            row_cut.size(r),    col_cut.begin(c),  col_cut.size(c)};
  }

  constexpr int line(const chunk& c) const { return c.images * pitch; }
  /// positions(c): the outputs of a chunk and the gaps between them.
  constexpr int positions(const chunk& c) const { return c.rows * line(c) - (pitch - c.cols); }

  /// plane(): elements of one copy of one channel; an odd number of cache lines, so that channels use all cache sets.
  /// At least one register of zeros stands at its end.
  constexpr int plane() const {
    const int needed = rows.length(row_cut.part) * image_cut.part * pitch + cols.length(col_cut.part) - pitch;
    return (needed + 31) / 16 * 16 | 16;
  }
  constexpr int channel() const { return rows.copies * cols.copies * plane(); }

  /// fill_offsets(c, begin, n, offset): the element that output 0 of the chunk meets, for the (channel, tap) pairs
  /// begin, ... begin + n - 1.
  constexpr void fill_offsets(const chunk& c, int begin, int n, int* offset) const {
    const int col_taps = shape.cols.size, taps = shape.rows.size * col_taps;
    for (int d = 0; d < std::min(n, taps); ++d) {
      const int i = begin + d;
      offset[d] = i / taps * channel() + tap_offset(c, i / col_taps % shape.rows.size, i % col_taps);
    }
    for (int d = taps; d < n; ++d) offset[d] = offset[d - taps] + channel();
  }

  /// scratch(slack): elements for `channels` channels; reading may run over the end by `slack`.
  constexpr std::size_t scratch(int slack) const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(channel()) +
           static_cast<std::size_t>(cols.length(col_cut.part) + slack);
  }

private:
  constexpr int tap_offset(const chunk& c, int row_tap, int col_tap) const {
    const int copy = row_tap % rows.copies * cols.copies + col_tap % cols.copies;
    return copy * plane() + rows.shift(row_tap) * line(c) + cols.shift(col_tap);
  }

  // A copy for each tap pays where the gaps between rows cost more multiplications than the copies cost moves.
  static constexpr axis_packing choose(const conv_shape& s, const budget& b) {
    const auto few = axis_packing::by_phase(s.cols);
    const double gap = few.length(s.cols.out) - few.shared() - s.cols.out;
    const bool dense = 2 * gap * s.rows.size * s.group_filters() > static_cast<double>(b.lanes) * s.cols.out;
    return dense ? axis_packing::by_tap(s.cols) : few;
  }

  constexpr void cut_outputs(const budget& b) {
    const double all = static_cast<double>(shape.batch) * shape.groups * shape.rows.out * pitch;
    const int share = static_cast<int>(std::min(all / most_tasks, 1e6));
    const int copied = channels * rows.copies * cols.copies;
    const int most = std::clamp(b.elements / copied, b.least_outputs, std::max(b.most_outputs, b.least_outputs));
    const int aim = std::clamp(share, b.least_outputs, most);
    col_cut = cut(shape.cols.out, b.most_outputs);
    if (col_cut.parts > 1) pitch = cols.length(col_cut.part);
    row_cut = cut(shape.rows.out, aim / std::max(1, pitch));
    if (rows.copies * rows.length(row_cut.part) > shape.rows.size * row_cut.part)
      rows = axis_packing::by_tap(rows.axis);
    const bool whole = row_cut.parts * col_cut.parts <= 1;
    image_cut = cut(shape.batch, whole ? aim / std::max(1, shape.rows.out * pitch) : 1);
  }
};
} // namespace fluxpp::inline v0_1::kernels::convolution
