// SPDX-License-Identifier: MIT
#pragma once
// The kernels of gather, scatter_add, pick and iota: rows and elements by their numbers.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/cross_entropy.hpp"
#include "fluxpp/ops/gather.hpp"
#include "fluxpp/simd/simd.hpp"

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

/// Every index must be one of 0, ... bound - 1; checked before anything is written.
template <class T> void check_indices(const char* call, const char* what, const T* index, std::size_t n, int bound) {
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) fits &= index[i] >= T(0) && index[i] < static_cast<T>(bound);
  for (std::size_t i = 0; i < n && !fits; ++i)
    if (!(index[i] >= T(0) && index[i] < static_cast<T>(bound)))
      refuse_index(call, what, i, static_cast<double>(index[i]), bound);
}

/// add_to(n, x, y): y += x.
template <class T> void add_to(std::ptrdiff_t n, const T* x, T* y) {
  using batch = simd::batch<T>;
  std::ptrdiff_t i = 0;
  for (; i + batch::size <= n; i += batch::size) (batch::load(y + i) + batch::load(x + i)).store(y + i);
  for (; i < n; ++i) y[i] += x[i];
}

/// The elements of one row: of what lies behind the first axis.
template <class T> std::ptrdiff_t row_size(const dims& d) {
  dims row = d;
  row[0] = 1;
  return static_cast<std::ptrdiff_t>(step_args<T>::size(row));
}

template <> struct step<ops::gather> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const std::size_t n = s.size(s.in_shape[1]);
    const std::ptrdiff_t row = row_size<T>(s.in_shape[0]);
    check_indices("gather(x, index)", "index", s.in[1], n, s.in_shape[0][0]);
    in_parts(static_cast<std::ptrdiff_t>(n), row, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = first; i < last; ++i)
        std::copy_n(s.in[0] + static_cast<std::ptrdiff_t>(s.in[1][i]) * row, row, s.out + i * row);
    });
  }
};

/// Rows are added in the order of their indices, whatever the threads: they share columns.
template <> struct step<ops::scatter_add> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const auto n = static_cast<std::ptrdiff_t>(s.size(s.in_shape[1]));
    const std::ptrdiff_t row = row_size<T>(s.shape);
    check_indices("scatter_add(x, index, n)", "index", s.in[1], s.size(s.in_shape[1]), s.shape[0]);
    fill_zeros(s.out, s.size());
    in_parts(row, n, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = 0; i < n; ++i)
        add_to(last - first, s.in[0] + i * row + first, s.out + static_cast<std::ptrdiff_t>(s.in[1][i]) * row + first);
    });
  }
};

template <> struct step<ops::pick> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const std::ptrdiff_t columns = s.in_shape[0][1];
    check_indices("cross_entropy(x, label)", "label", s.in[1], s.size(), s.in_shape[0][1]);
    for (std::ptrdiff_t i = 0; i < s.shape[0]; ++i)
      s.out[i] = s.in[0][i * columns + static_cast<std::ptrdiff_t>(s.in[1][i])];
  }
};

template <> struct step<ops::iota> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    for (int i = 0; i < s.shape[0]; ++i) s.out[i] = static_cast<T>(i);
  }
};

} // namespace fluxpp::inline v0_1::kernels
