// SPDX-License-Identifier: MIT
#pragma once
// Copies of images and filters in the order in which the register tiles read them.

#include <fluxpp/kernels/convolution/layout.hpp>
#include <fluxpp/simd/transpose.hpp>

#include <array>

namespace fluxpp::inline v0_1::kernels::convolution {
/// fill_zero(to, n): n zeros and, beyond them, up to one register more.
template <class T> [[gnu::always_inline]] inline void fill_zero(T* to, int n) {
  using batch = simd::batch<T>;
  if (n <= 0) return;
  batch(T(0)).store(to); // most often enough
  for (int i = batch::size; i < n; i += batch::size) batch(T(0)).store(to + i);
}

/// copy_row(from, step, to, n): every step-th element; beyond the n elements zeros, up to a multiple of a register.
template <class T> [[gnu::always_inline]] inline void copy_row(const T* from, int step, T* to, int n) {
  using batch = simd::batch<T>;
  int i = 0;
  if (step == 1) {
    for (; i + batch::size <= n; i += batch::size) batch::load(from + i).store(to + i);
    if (i < n) batch::load_first(from + i, n - i).store(to + i);
    return;
  }
  if (step == 2) // a loop that compilers know
    for (; i < n; ++i) to[i] = from[2 * i];
  for (; i < n; ++i) to[i] = from[static_cast<std::ptrdiff_t>(i) * step];
  batch(T(0)).store(to + n);
}

/// plane_source: where the channel of an image is read: element (i, j) of image n is x[n image + i row + j].
template <class T> struct plane_source {
  const T* x;
  std::ptrdiff_t image, row;
};

/// pack_plane(rows, row_copy, cols, col_copy, from, images, pitch, to): one copy of one channel of a chunk.
/// Writes rows in the order of memory; zeros of one register follow the last.
template <class T>
void pack_plane(const axis_packing& rows, int row_copy, const axis_packing& cols, int col_copy,
                const plane_source<T>& from, int images, int pitch, T* to) {
  const int height = rows.length(rows.axis.out), width = cols.length(cols.axis.out);
  const range up = rows.inside(row_copy, height), across = cols.inside(col_copy, std::min(width, pitch));
  const std::ptrdiff_t first = across.size() > 0 ? cols.input(col_copy, across.begin) : 0;
  const int written = across.begin + ceil_div(across.size(), simd::batch<T>::size) * simd::batch<T>::size;
  for (int r = 0; r < height; ++r) {
    if (r < up.begin || r >= up.end) {
      fill_zero(to, images * pitch);
      to += images * pitch;
      continue;
    }
    const T* x = from.x + rows.input(row_copy, r) * from.row + first;
    for (int n = 0; n < images; ++n, x += from.image, to += pitch) {
      fill_zero(to, across.begin);
      copy_row(x, cols.axis.stride, to + across.begin, across.size());
      fill_zero(to + written, pitch - written);
    }
  }
  fill_zero(to, std::max(width - pitch, 0) + simd::batch<T>::size);
}

/// pack_channels(p, c, first, n, from, channel, to): channels first, ... first + n - 1 of a chunk, all copies.
template <class T>
void pack_channels(const packing& p, const chunk& c, int first, int n, plane_source<T> from, std::ptrdiff_t channel,
                   T* to) {
  const axis_packing rows{p.rows.axis.part(c.row, c.rows), p.rows.copies};
  const axis_packing cols{p.cols.axis.part(c.col, c.cols), p.cols.copies};
  from.x += c.image * from.image + first * channel;
  for (int i = 0; i < n; ++i, from.x += channel)
    for (int row_copy = 0; row_copy < rows.copies; ++row_copy)
      for (int col_copy = 0; col_copy < cols.copies; ++col_copy, to += p.plane())
        pack_plane(rows, row_copy, cols, col_copy, from, c.images, p.pitch, to);
}

/// filter_source: where filters are read; element (g, k, c, r, s) is w[g group + k filter + c channel + r row + s col].
template <class T> struct filter_source {
  const T* w;
  std::ptrdiff_t group, filter, channel, row, col;
};

/// filter_tiles(n, wide): n filters in tiles of `wide`, the rest in one or two smaller ones; some filters may be absent.
struct filter_tiles {
  int filters = 0, wide = 12, full = 0, tail = 0, tails = 0;

  constexpr filter_tiles() = default;
  constexpr filter_tiles(int n, int most) : filters(n), wide(most), full(n / most) {
    const int rest = n % most, least = most / 3;
    if (rest == 0) return;
    tail = rest <= least && full == 0 ? (n == 1 ? 1 : least) : rest <= 2 * least ? 2 * least : most;
    tails = rest <= least && full > 0 ? 2 : 1;
    if (tails == 2) --full;
  }
  constexpr int count() const { return full + tails; }
  constexpr int begin(int tile) const { return tile < full ? tile * wide : full * wide + (tile - full) * tail; }
  constexpr int width(int tile) const { return tile < full ? wide : tail; }
  constexpr int padded() const { return begin(count()); }
};

/// turn_filters(w, filter, present, width, depth, to): to[d width + k] = w[k filter + d], 0 for k >= present.
template <class T> void turn_filters(const T* w, std::ptrdiff_t filter, int present, int width, int depth, T* to) {
  using batch = simd::batch<T>;
  std::array<batch, static_cast<std::size_t>(batch::size)> square;
  for (int d = 0; d < depth; d += batch::size)
    for (int first = 0; first < width; first += batch::size) {
      const int n = std::min(batch::size, depth - d), wide = std::min(batch::size, width - first);
      for (int i = 0, k = first; i < batch::size; ++i, ++k)
        square[static_cast<std::size_t>(i)] = k < present ? batch::load_first(w + k * filter + d, n) : batch(T(0));
      simd::transpose(square);
      for (int i = 0; i < n; ++i) square[static_cast<std::size_t>(i)].store_first(to + (d + i) * width + first, wide);
    }
}

/// pack_filters(tiles, tile, s, from, to): the filters of one tile side by side for each channel and tap, absent ones zero.
template <class T>
void pack_filters(const filter_tiles& tiles, int tile, const conv_shape& s, const filter_source<T>& from, T* to) {
  const int width = tiles.width(tile), first = tiles.begin(tile), present = std::min(width, tiles.filters - first);
  const T* w = from.w + first * from.filter;
  const bool whole = from.col == 1 && from.row == s.cols.size && from.channel == s.cols.size * s.rows.size;
  if (whole) return turn_filters(w, from.filter, present, width, s.depth(), to);
  for (int c = 0; c < s.group_channels(); ++c, w += from.channel)
    for (int i = 0; i < s.rows.size; ++i)
      for (int j = 0; j < s.cols.size; ++j, to += width) {
        const T* at = w + i * from.row + j * from.col;
        for (int k = 0; k < present; ++k) to[k] = at[k * from.filter];
        for (int k = present; k < width; ++k) to[k] = T(0);
      }
}
} // namespace fluxpp::inline v0_1::kernels::convolution
