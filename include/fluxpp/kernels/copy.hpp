// SPDX-License-Identifier: MIT
#pragma once
// copy: elements of an array with any strides to an array with any others.
#include "fluxpp/core/shape.hpp"

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
    else
      axis[rank++] = a;
  }
  constexpr copy_axis take(int i) {
    const copy_axis a = axis[i];
    --rank;
    for (; i < rank; ++i) axis[i] = axis[i + 1];
    return a;
  }
};

/// for_each_offset(axes, f): f(from, to) for every index, last axis fastest.
template <class F> void for_each_offset(const copy_axes& a, F&& f) {
  std::ptrdiff_t index[max_rank]{}, from = 0, to = 0;
  for (;;) {
    f(from, to);
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

/// transpose_tile(rows, columns): to[c][r] = from[r][c] for a matrix, by squares that fit into registers and cache lines.
template <class T> void transpose_tiles(copy_axis rows, copy_axis columns, const T* from, T* to) {
  constexpr std::ptrdiff_t edge = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
  T tile[edge][edge];
  for (std::ptrdiff_t r = 0; r < rows.extent; r += edge)
    for (std::ptrdiff_t c = 0; c < columns.extent; c += edge) {
      const std::ptrdiff_t height = std::min(edge, rows.extent - r), width = std::min(edge, columns.extent - c);
      for (std::ptrdiff_t i = 0; i < height; ++i)
        for (std::ptrdiff_t j = 0; j < width; ++j) tile[j][i] = from[(r + i) * rows.from + c + j];
      for (std::ptrdiff_t j = 0; j < width; ++j)
        std::copy_n(tile[j], height, to + (c + j) * columns.to + r);
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
  if (last.from == 1 && last.to == 1) {
    const std::size_t bytes = static_cast<std::size_t>(last.extent) * sizeof(T);
    return for_each_offset(axes, [&](auto f, auto t) { std::memcpy(to + t, from + f, bytes); });
  }
  int unit = axes.rank - 1;
  while (unit >= 0 && axes.axis[unit].from != 1) --unit;
  if (unit < 0 || last.to != 1)
    return for_each_offset(axes, [&](auto f, auto t) {
      for (std::ptrdiff_t i = 0; i < last.extent; ++i) to[t + i * last.to] = from[f + i * last.from];
    });
  const copy_axis columns = axes.take(unit);
  for_each_offset(axes, [&](auto f, auto t) { transpose_tiles(last, columns, from + f, to + t); });
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

}  // namespace fluxpp::inline v0_1::kernels
