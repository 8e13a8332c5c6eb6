// SPDX-License-Identifier: MIT
#pragma once
// The kernels of gather, scatter_add, pick and iota: rows and elements by their numbers.
#include "fluxpp/kernels/indices.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/cross_entropy.hpp"
#include "fluxpp/ops/gather.hpp"
#include "fluxpp/simd/simd.hpp"

namespace fluxpp::inline v0_1::kernels {

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
    require_counted<T>("iota(x, axis)", s.shape[0]);
    for (int i = 0; i < s.shape[0]; ++i) s.out[i] = static_cast<T>(i);
  }
};

} // namespace fluxpp::inline v0_1::kernels
