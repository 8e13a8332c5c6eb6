// SPDX-License-Identifier: MIT
#pragma once
// Where indices along an axis stand beside the elements that they name.
#include "fluxpp/core/shape.hpp"
#include "fluxpp/kernels/parts.hpp"

#include <algorithm>

namespace fluxpp::inline v0_1::kernels {

/// index_layout: an array [lead, n, rest], an array [lead, m, rest], and indices [lead or 1, m, rest or 1] along the
/// middle.
struct index_layout {
  std::ptrdiff_t lead = 1, n = 1, m = 1, rest = 1;
  std::ptrdiff_t lead_stride = 0, stride = 1; ///< between indices
  bool shared = false;                        ///< one index for all of the rest

  /// From the shapes of the array that is indexed, and of the indices.
  index_layout(const dims& x, const dims& index, int axis) : n(x[axis]), m(index[axis]) {
    std::ptrdiff_t indices_before = 1;
    for (int i = 0; i < axis; ++i) lead *= x[i], indices_before *= index[i];
    for (int i = axis + 1; i < x.rank; ++i) rest *= x[i], stride *= index[i];
    shared = stride == 1 && rest != 1;
    lead_stride = indices_before == 1 ? 0 : m * stride;
  }

  /// f(l, k, end) for runs k, ... end - 1 of the m elements of each lead, divided among threads.
  template <class F> void for_each_run(F&& f) const {
    if (m == 0) return;
    in_parts(lead * m, rest, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t l = first / m; l * m < last; ++l)
        f(l, std::max(first - l * m, std::ptrdiff_t{0}), std::min(last - l * m, m));
    });
  }
  /// f(l, k, j, end) for each of the m elements of each lead in their order; the rest is divided among threads, j to
  /// end - 1.
  template <class F> void for_each_column(F&& f) const {
    if (rest == 0) return;
    in_parts(lead * rest, m, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t l = first / rest; l * rest < last; ++l) {
        const std::ptrdiff_t j = std::max(first - l * rest, std::ptrdiff_t{0}), end = std::min(last - l * rest, rest);
        for (std::ptrdiff_t k = 0; k < m; ++k) f(l, k, j, end);
      }
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
