// SPDX-License-Identifier: MIT
#pragma once
// The matrices in the last two axes of arrays, one after the other or divided among threads.
#include "fluxpp/kernels/linalg/triangular.hpp"
#include "fluxpp/kernels/steps/contraction.hpp"

namespace fluxpp::inline v0_1::kernels::linalg {

/// The last two extents, and how many matrices there are.
struct extents {
  int rows, columns;
  std::ptrdiff_t count = 1;

  extents(const dims& d) : rows(d[d.rank - 2]), columns(d[d.rank - 1]) {
    for (int i = 0; i + 2 < d.rank; ++i) count *= d[i];
  }
  std::ptrdiff_t size() const { return std::ptrdiff_t{rows} * columns; }
};

/// for_each_matrix(count, work, f): f(i, alone) for every matrix; alone: its own loops may be divided among threads.
template <class F> void for_each_matrix(std::ptrdiff_t count, std::ptrdiff_t work, F&& f) {
  const bool alone = count < thread_pool::instance().size();
  const auto some = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t i = first; i < last; ++i) f(i, alone);
  };
  if (alone) some(0, count);
  else in_parts(count, work, some);
}

/// The offsets of an operand's matrices, of which leading axes may repeat over a result's.
struct repeated {
  copy_axes axes;

  repeated(const dims& operand, const dims& result) {
    const lead_strides strides(operand, result.rank);
    for (int i = 0; i + 2 < result.rank; ++i) axes.push({result[i], strides.axis[i], 0});
  }
  std::ptrdiff_t operator[](std::ptrdiff_t matrix) const { return axes.offsets(matrix).from; }
};

/// Where matrices of so many elements begin, one after the other.
template <class T> auto matrices_at(T* data, std::ptrdiff_t size) {
  return [data, size](std::ptrdiff_t i) { return data + i * size; };
}

/// triangle_scratch: memory for the blocks of each matrix of the result.
struct triangle_scratch {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const extents e(s.shape);
    return static_cast<std::size_t>(e.count) * triangle_memory(e.rows);
  }
  template <class T> static T* scratch_of(const step_args<T>& s, std::ptrdiff_t matrix) {
    return s.scratch + matrix * static_cast<std::ptrdiff_t>(triangle_memory(extents(s.shape).rows));
  }
};

} // namespace fluxpp::inline v0_1::kernels::linalg
