// SPDX-License-Identifier: MIT
#pragma once
// The kernels of gather, scatter_add, scatter_argmax, pick and iota: elements by their numbers.
#include "fluxpp/kernels/index_layout.hpp"
#include "fluxpp/kernels/indices.hpp"
#include "fluxpp/kernels/rows.hpp"
#include "fluxpp/kernels/steps/extremum.hpp"
#include "fluxpp/ops/cross_entropy.hpp"
#include "fluxpp/ops/scatter_max.hpp"

namespace fluxpp::inline v0_1::kernels {

/// gather_rows(x, index, y, first, last, n): rows of n elements; those that a negative index names are zeros.
template <class T>
void gather_rows(const T* x, const T* index, T* y, std::ptrdiff_t first, std::ptrdiff_t last, std::ptrdiff_t n) {
  for (std::ptrdiff_t k = first; k < last; ++k)
    if (const auto v = static_cast<std::ptrdiff_t>(index[k]); v < 0) std::fill_n(y + k * n, n, T(0));
    else std::copy_n(x + v * n, n, y + k * n);
}
/// gather_elements(x, index, y, first, last, n): elements of rows of n, each from a row of its own.
template <class T>
void gather_elements(const T* x, const T* index, T* y, std::ptrdiff_t first, std::ptrdiff_t last, std::ptrdiff_t n) {
  std::ptrdiff_t column = 0;
  for (std::ptrdiff_t i = first; i < last; ++i) {
    const auto v = static_cast<std::ptrdiff_t>(index[i]);
    y[i] = v < 0 ? T(0) : x[v * n + column];
    column = column + 1 == n ? 0 : column + 1;
  }
}

/// keep_larger(n, k, x, best, at): where x is ahead of the best so far, or the first, it is the best, found at k.
template <class T> void keep_larger(std::ptrdiff_t n, T k, const T* x, T* best, T* at) {
  using batch = simd::batch<T>;
  std::ptrdiff_t i = 0;
  for (; i + batch::size <= n; i += batch::size) {
    const batch a = batch::load(x + i), b = batch::load(best + i), p = batch::load(at + i);
    const auto better = (p < batch(T(0))) | (a > b) | ((a != a) & (b == b));
    simd::select(better, a, b).store(best + i);
    simd::select(better, batch(k), p).store(at + i);
  }
  for (; i < n; ++i)
    if (at[i] < T(0) || ahead<false>(x[i], best[i])) best[i] = x[i], at[i] = k;
}

template <> struct step<ops::gather> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const index_layout at(s.in_shape[0], s.in_shape[1], s.attr.value[0]);
    const bool partial = s.attr.value[1] != 0;
    check_indices("gather(x, index)", "index", s.in[1], s.size(s.in_shape[1]), s.in_shape[0][s.attr.value[0]],
                  partial ? -1 : 0);
    at.for_each_run([&](std::ptrdiff_t l, std::ptrdiff_t k, std::ptrdiff_t end) {
      const T* const x = s.in[0] + l * at.n * at.rest;
      const T* const index = s.in[1] + l * at.lead_stride;
      T* const y = s.out + l * at.m * at.rest;
      if (at.shared) gather_rows(x, index, y, k, end, at.rest);
      else gather_elements(x, index, y, k * at.rest, end * at.rest, at.rest);
    });
  }
};

/// Elements are added in their order, whatever the threads: they share columns.
template <> struct step<ops::scatter_add> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const index_layout at(s.shape, s.in_shape[1], s.attr.value[0]);
    const bool partial = s.attr.value[1] != 0;
    check_indices("scatter_add(x, index, n)", "index", s.in[1], s.size(s.in_shape[1]), s.shape[s.attr.value[0]],
                  partial ? -1 : 0);
    fill_zeros(s.out, s.size());
    at.for_each_column([&](std::ptrdiff_t l, std::ptrdiff_t k, std::ptrdiff_t j, std::ptrdiff_t end) {
      const T* const index = s.in[1] + l * at.lead_stride + k * at.stride;
      const T* const x = s.in[0] + (l * at.m + k) * at.rest;
      T* const y = s.out + l * at.n * at.rest;
      if (at.shared) {
        if (*index < T(0)) return;
        T* const to = y + static_cast<std::ptrdiff_t>(*index) * at.rest;
        map_row(
            end - j, to + j, [](auto sum, auto v) { return sum + v; }, to + j, x + j);
      } else {
        for (; j < end; ++j)
          if (index[j] >= T(0)) y[static_cast<std::ptrdiff_t>(index[j]) * at.rest + j] += x[j];
      }
    });
  }
};

/// The scratch holds the largest elements so far.
template <> struct step<ops::scatter_argmax> {
  template <class T> static std::size_t scratch(const step_args<T>& s) { return s.size(); }
  template <class T> static void run(const step_args<T>& s) {
    const index_layout at(s.shape, s.in_shape[1], s.attr.value[0]);
    check_indices("scatter_max(x, index, n)", "index", s.in[1], s.size(s.in_shape[1]), s.shape[s.attr.value[0]]);
    in_parts(static_cast<std::ptrdiff_t>(s.size()), 1, [&](auto first, auto last) {
      std::fill(s.out + first, s.out + last, T(-1));
      std::fill(s.scratch + first, s.scratch + last, T(0));
    });
    at.for_each_column([&](std::ptrdiff_t l, std::ptrdiff_t k, std::ptrdiff_t j, std::ptrdiff_t end) {
      const T* const index = s.in[1] + l * at.lead_stride + k * at.stride;
      const T* const x = s.in[0] + (l * at.m + k) * at.rest;
      const std::ptrdiff_t lead = l * at.n * at.rest;
      const auto keep = [&](std::ptrdiff_t column, std::ptrdiff_t n, T row) {
        const std::ptrdiff_t to = lead + static_cast<std::ptrdiff_t>(row) * at.rest + column;
        keep_larger(n, static_cast<T>(k), x + column, s.scratch + to, s.out + to);
      };
      if (at.shared) return keep(j, end - j, *index);
      for (; j < end; ++j) keep(j, 1, index[j]);
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
