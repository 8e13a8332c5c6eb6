// SPDX-License-Identifier: MIT
#pragma once
// Copies of the operands of a matrix product, in the order in which the micro-kernel reads them.

#include <fluxpp/kernels/gemm/tile.hpp>
#include <fluxpp/simd/transpose.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace fluxpp::inline v0_1::kernels {
/// strided: a matrix in memory; element (i, j) is data[i row + j col], so a transpose is an exchange of strides.
template <class T> struct strided {
  const T* data;
  std::ptrdiff_t row, col;

  constexpr strided from(int i, int j) const { return {data + i * row + j * col, row, col}; }
};

namespace matrix {
/// scratch<T>(n): n numbers of this thread, aligned to a cache line; they last until the next call, and only grow.
template <class T> T* scratch(std::size_t n) {
  struct release {
    void operator()(void* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  static thread_local std::unique_ptr<void, release> memory;
  static thread_local std::size_t size = 0;
  if (n * sizeof(T) > size) {
    memory.reset();
    size = 0;
    memory.reset(::operator new (n * sizeof(T), std::align_val_t{64}));
    size = n * sizeof(T);
  }
  return static_cast<T*>(memory.get());
}

/// copy_lines(b, depth, columns, width, to, next): b's lines one after the other, in panels of `width` columns, which begin
/// `next` apart, the last filled up with zeros to a multiple of a batch; for b with b.col == 1.
template <class T> void copy_lines(const strided<T>& b, int depth, int columns, int width, T* to, ptrdiff_t next) {
  using batch = simd::batch<T>;
  for (int p = 0; p < depth; ++p, to += width) {
    const T* line = b.data + p * b.row;
    T* panel = to;
    int left = columns;
    for (; left >= width; left -= width, line += width, panel += next)
      for (int j = 0; j < width; j += batch::size) batch::load(line + j).store(panel + j);
    for (int j = 0; j < width && left > 0; j += batch::size)
      batch::load_first(line + j, std::clamp(left - j, 0, batch::size)).store(panel + j);
  }
}

/// turn_lines(b, depth, columns, width, to): one such panel of b with b.row == 1, by squares of batches.
template <class T> void turn_lines(const strided<T>& b, int depth, int columns, int width, T* to) {
  using batch = simd::batch<T>;
  constexpr int side = batch::size;
  std::array<batch, static_cast<std::size_t>(side)> square;
  for (int j = 0; j < width; j += side)
    for (int p = 0; p < depth; p += side) {
      const int high = std::min(side, depth - p);
      for (int i = 0; i < side; ++i) {
        const T* const at = b.data + p + (j + i) * b.col;
        square[static_cast<std::size_t>(i)] = j + i >= columns ? batch(T(0))
                                              : high == side   ? batch::load(at)
                                                               : batch::load_first(at, high);
      }
      simd::transpose(square);
      for (int i = 0; i < high; ++i) square[static_cast<std::size_t>(i)].store(to + (p + i) * width + j);
    }
}

/// pack_panels(b, depth, columns, width, to): `columns` columns of b as panels of `width` columns, one after the other, with
/// zeros at the end of the last.
template <class T> void pack_panels(const strided<T>& b, int depth, int columns, int width, T* to) {
  const ptrdiff_t next = static_cast<ptrdiff_t>(width) * depth;
  if (b.col == 1) return copy_lines(b, depth, columns, width, to, next);
  for (int first = 0; first < columns; first += width, to += next) {
    const strided<T> part = b.from(0, first);
    const int n = std::min(width, columns - first);
    if (b.row == 1) {
      turn_lines(part, depth, n, width, to);
      continue;
    }
    for (int p = 0; p < depth; ++p)
      for (int j = 0; j < width; ++j) to[p * width + j] = j < n ? part.data[p * b.row + j * b.col] : T(0);
  }
}

/// pack_strip(a, rows, depth, to): the rows of a as a strip: row after row if they are contiguous, else all rows' elements
/// of one depth after those of another. Room for a batch is needed behind the strip.
template <class T> strip<T> pack_strip(const strided<T>& a, int rows, int depth, T* to) {
  constexpr int line = 64 / static_cast<int>(sizeof(T));
  if (a.col == 1) {
    const ptrdiff_t pitch = (depth / line + 1) / 2 * 2 * line + line; // odd, so that rows spread over the cache's sets
    for (int i = 0; i < rows; ++i) std::copy_n(a.data + i * a.row, depth, to + i * pitch);
    return {to, pitch, 1};
  }
  for (int p = 0; p < depth; ++p)
    for (int i = 0; i < rows; ++i) to[p * rows + i] = a.data[i * a.row + p * a.col];
  return {to, 1, rows};
}

/// pack_strips(a, rows, count, depth, to, apart, strips): `count` strips of so many rows each, one below the other, which
/// begin `apart`. Where columns of a are contiguous they are read one after the other, across the strips.
template <class T>
void pack_strips(const strided<T>& a, const int* rows, int count, int depth, T* to, ptrdiff_t apart, strip<T>* strips) {
  using batch = simd::batch<T>;
  const bool columns = a.row == 1 && a.col != 1;
  for (int s = 0, i = 0; s < count; i += rows[s++], to += apart)
    strips[s] = columns ? strip<T>{to, 1, rows[s]} : pack_strip(a.from(i, 0), rows[s], depth, to);
  to -= count * apart;
  for (int p = 0; p < depth && columns; ++p) {
    const T* column = a.data + p * a.col;
    for (int s = 0; s < count; column += rows[s++])
      for (int i = 0; i < rows[s]; i += batch::size)
        batch::load_first(column + i, std::min(batch::size, rows[s] - i)).store(to + s * apart + p * rows[s] + i);
  }
}
} // namespace matrix
} // namespace fluxpp::inline v0_1::kernels
