// SPDX-License-Identifier: MIT
#pragma once
// copy: elements of an array with any strides to an array with any others.
#include "fluxpp/core/shape.hpp"
#include "fluxpp/kernels/parts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace fluxpp::inline v0_1::kernels {

/// copy_axis: how many elements, and how far apart they lie in either array.
struct copy_axis {
  std::ptrdiff_t extent, from, to;
};

/// copy_axes: the axes of a copy, outermost first; neighbours that both arrays step through alike are one.
struct copy_axes {
  int rank = 0;
  std::ptrdiff_t count = 1;
  copy_axis axis[max_rank]{};

  constexpr void push(const copy_axis& a) {
    count *= a.extent;
    if (a.extent == 1) return;
    copy_axis* last = rank > 0 ? &axis[rank - 1] : nullptr;
    if (last != nullptr && last->from == a.from * a.extent && last->to == a.to * a.extent)
      *last = {last->extent * a.extent, a.from, a.to};
    else axis[rank++] = a;
  }
  /// The offsets of an index, counted in row-major order.
  constexpr copy_axis offsets(std::ptrdiff_t index) const {
    copy_axis at{0, 0, 0};
    for (int i = rank - 1; i >= 0; --i) {
      at.from += index % axis[i].extent * axis[i].from;
      at.to += index % axis[i].extent * axis[i].to;
      index /= axis[i].extent;
    }
    return at;
  }
  constexpr copy_axis take(int i) {
    const copy_axis a = axis[i];
    --rank;
    for (; i < rank; ++i) axis[i] = axis[i + 1];
    return a;
  }
};

/// for_each_offset(axes, f): f(from, to) for every index, last axis fastest.
template <class F> void for_each_offset(copy_axes a, F&& f) {
  const copy_axis inner = a.rank > 0 ? a.axis[--a.rank] : copy_axis{1, 0, 0};
  std::ptrdiff_t index[max_rank]{}, from = 0, to = 0;
  for (;;) {
    for (std::ptrdiff_t i = 0; i < inner.extent; ++i) f(from + i * inner.from, to + i * inner.to);
    int i = a.rank - 1;
    for (; i >= 0; --i) {
      from += a.axis[i].from, to += a.axis[i].to;
      if (++index[i] < a.axis[i].extent) break;
      from -= a.axis[i].from * a.axis[i].extent, to -= a.axis[i].to * a.axis[i].extent;
      index[i] = 0;
    }
    if (i < 0) return;
  }
}

/// copy_run<Half>(from, to, n): n elements as two halves that may overlap, Half <= n <= 2 Half; Half 0: any n.
template <std::ptrdiff_t Half, class T> inline void copy_run(const T* from, T* to, std::ptrdiff_t n) {
  if constexpr (Half == 0) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
  } else {
    T low[Half], high[Half];
    std::memcpy(low, from, sizeof(low)), std::memcpy(high, from + n - Half, sizeof(high));
    std::memcpy(to, low, sizeof(low)), std::memcpy(to + n - Half, high, sizeof(high));
  }
}
/// copy_runs(axes, n, from, to): runs of n elements; short ones without a call for each.
template <std::ptrdiff_t Half, class T> void copy_runs(const copy_axes& axes, std::ptrdiff_t n, const T* from, T* to) {
  for_each_offset(axes, [=](auto f, auto t) { copy_run<Half>(from + f, to + t, n); });
}
template <class T> void copy_runs(const copy_axes& axes, std::ptrdiff_t n, const T* from, T* to) {
  if (n > 16) return copy_runs<0>(axes, n, from, to);
  return n > 8   ? copy_runs<8>(axes, n, from, to)
         : n > 4 ? copy_runs<4>(axes, n, from, to)
         : n > 2 ? copy_runs<2>(axes, n, from, to)
                 : copy_runs<1>(axes, n, from, to);
}

/// transpose_tile<Edge>(from, to): to[c][r] = from[r][c] for a square that compilers keep in registers.
template <std::ptrdiff_t Edge, class T>
inline void transpose_tile(const T* from, std::ptrdiff_t from_row, T* to, std::ptrdiff_t to_row) {
  T tile[Edge][Edge];
  for (std::ptrdiff_t i = 0; i < Edge; ++i)
    for (std::ptrdiff_t j = 0; j < Edge; ++j) tile[i][j] = from[i * from_row + j];
  for (std::ptrdiff_t j = 0; j < Edge; ++j)
    for (std::ptrdiff_t i = 0; i < Edge; ++i) to[j * to_row + i] = tile[i][j];
}

/// transpose_matrix<Edge>(rows, columns, from, to): to[c][r] = from[r][c], by tiles; what they leave by tiles of half
/// the edge.
template <std::ptrdiff_t Edge, class T> void transpose_matrix(copy_axis rows, copy_axis columns, const T* from, T* to) {
  const std::ptrdiff_t height = rows.extent - rows.extent % Edge, width = columns.extent - columns.extent % Edge;
  for (std::ptrdiff_t r = 0; r < height; r += Edge)
    for (std::ptrdiff_t c = 0; c < width; c += Edge)
      transpose_tile<Edge>(from + r * rows.from + c, rows.from, to + c * columns.to + r, columns.to);
  if constexpr (Edge > 1) {
    const copy_axis right{columns.extent - width, columns.from, columns.to},
        below{rows.extent - height, rows.from, rows.to};
    rows.extent = height;
    transpose_matrix<Edge / 2>(rows, right, from + width, to + width * columns.to);
    transpose_matrix<Edge / 2>(below, columns, from + height * rows.from, to + height);
  }
}

/// copy_elements(axes, from, to): every element, by runs of memory, by tiles of a transposition, or one by one.
template <class T> void copy_elements(copy_axes axes, const T* from, T* to) {
  if (axes.count == 0) return;
  if (axes.rank == 0) {
    *to = *from;
    return;
  }
  const copy_axis last = axes.take(axes.rank - 1);
  if (last.from == 1 && last.to == 1) return copy_runs(axes, last.extent, from, to);
  int unit = axes.rank - 1;
  while (unit >= 0 && axes.axis[unit].from != 1) --unit;
  if (unit < 0 || last.to != 1)
    return for_each_offset(axes, [&](auto f, auto t) {
      for (std::ptrdiff_t i = 0; i < last.extent; ++i) to[t + i * last.to] = from[f + i * last.from];
    });
  constexpr std::ptrdiff_t edge = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
  const copy_axis columns = axes.take(unit);
  for_each_offset(axes, [&](auto f, auto t) { transpose_matrix<edge>(last, columns, from + f, to + t); });
}

/// copy_in_parts(axes, from, to): copy_elements, the outermost axis divided among threads.
template <class T> void copy_in_parts(const copy_axes& axes, const T* from, T* to) {
  if (axes.rank == 0) return copy_elements(axes, from, to);
  const copy_axis outer = axes.axis[0];
  in_parts(outer.extent, outer.extent > 0 ? axes.count / outer.extent : 0,
           [&](std::ptrdiff_t first, std::ptrdiff_t last) {
             copy_axes part = axes;
             part.axis[0].extent = last - first;
             part.count = axes.count == 0 ? 0 : axes.count / outer.extent * (last - first);
             copy_elements(part, from + first * outer.from, to + first * outer.to);
           });
}

/// strides_of(shape): how far apart neighbours along each axis lie in a row-major array.
struct strides_of {
  std::ptrdiff_t axis[max_rank]{};

  constexpr explicit strides_of(const dims& shape) {
    std::ptrdiff_t stride = 1;
    for (int i = shape.rank - 1; i >= 0; --i) {
      axis[i] = stride;
      stride *= shape[i];
    }
  }
  constexpr std::ptrdiff_t operator[](int i) const { return axis[i]; }
};

} // namespace fluxpp::inline v0_1::kernels
