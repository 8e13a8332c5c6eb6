// SPDX-License-Identifier: MIT
#pragma once
// Indices along an axis: that they lie inside it, and where they stand beside the elements that they name.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/shape.hpp"
#include "fluxpp/kernels/parts.hpp"

#include <algorithm>
#include <string>

namespace fluxpp::inline v0_1::kernels {

/// Throws the sentence about an index outside its bounds; out of line, so that the loops stay small.
[[noreturn]] inline void refuse_index(const char* call, const char* what, std::size_t position, double value,
                                      int bound) {
  const auto whole = static_cast<long long>(value == value && value > -1e18 && value < 1e18 ? value : -1);
  std::string text = what;
  text += "[" + std::to_string(position) + "] is " + (value == value ? std::to_string(whole) : "NaN");
  throw value_error(call, text + ", but must be one of 0, ... " + std::to_string(bound - 1), what);
}

/// Every index must be one of least, ... bound - 1; checked before anything is written.
template <class T>
void check_indices(const char* call, const char* what, const T* index, std::size_t n, int bound, int least = 0) {
  const auto low = static_cast<T>(least), high = static_cast<T>(bound);
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) fits &= index[i] >= low && index[i] < high;
  for (std::size_t i = 0; i < n && !fits; ++i)
    if (!(index[i] >= low && index[i] < high)) refuse_index(call, what, i, static_cast<double>(index[i]), bound);
}

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
