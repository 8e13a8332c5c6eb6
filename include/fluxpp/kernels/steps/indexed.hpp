// SPDX-License-Identifier: MIT
#pragma once
// The kernels of gather, scatter_add, scatter_argmax, pick and iota: elements by their numbers.
#include "fluxpp/kernels/indices.hpp"
#include "fluxpp/kernels/rows.hpp"
#include "fluxpp/kernels/steps/extremum.hpp"
#include "fluxpp/ops/cross_entropy.hpp"
#include "fluxpp/ops/scatter_max.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::gather> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const index_layout at(s.in_shape[0], s.in_shape[1], s.attr.value[0]);
    const bool partial = s.attr.value[1] != 0;
    check_indices("gather(x, index)", "index", s.in[1], s.size(s.in_shape[1]), s.in_shape[0][s.attr.value[0]],
                  partial ? -1 : 0);
    at.for_each_row([&](std::ptrdiff_t l, std::ptrdiff_t k) {
      const T* const index = s.in[1] + l * at.lead_stride + k * at.stride;
      const T* const x = s.in[0] + l * at.n * at.rest;
      T* const y = s.out + (l * at.m + k) * at.rest;
      if (at.shared && *index >= T(0)) {
        std::copy_n(x + static_cast<std::ptrdiff_t>(*index) * at.rest, at.rest, y);
      } else {
        for (std::ptrdiff_t j = 0; j < at.rest; ++j) {
          const auto v = static_cast<std::ptrdiff_t>(index[at.shared ? 0 : j]);
          y[j] = v < 0 ? T(0) : x[v * at.rest + j];
        }
      }
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

template <> struct step<ops::scatter_argmax> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const index_layout at(s.shape, s.in_shape[1], s.attr.value[0]);
    check_indices("scatter_max(x, index, n)", "index", s.in[1], s.size(s.in_shape[1]), s.shape[s.attr.value[0]]);
    in_parts(static_cast<std::ptrdiff_t>(s.size()), 1,
             [&](auto first, auto last) { std::fill(s.out + first, s.out + last, T(-1)); });
    at.for_each_column([&](std::ptrdiff_t l, std::ptrdiff_t k, std::ptrdiff_t j, std::ptrdiff_t end) {
      const T* const index = s.in[1] + l * at.lead_stride + k * at.stride;
      const T* const x = s.in[0] + l * at.m * at.rest;
      T* const y = s.out + l * at.n * at.rest;
      for (; j < end; ++j) {
        T& best = y[static_cast<std::ptrdiff_t>(index[at.shared ? 0 : j]) * at.rest + j];
        if (best < T(0) || ahead<false>(x[k * at.rest + j], x[static_cast<std::ptrdiff_t>(best) * at.rest + j]))
          best = static_cast<T>(k);
      }
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
