// SPDX-License-Identifier: MIT
#pragma once
// The kernels of argsort and searchsorted.
#include "fluxpp/kernels/sort.hpp"
#include "fluxpp/kernels/steps/scan.hpp"
#include "fluxpp/ops/searchsorted.hpp"
#include "fluxpp/ops/sort.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::argsort> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return s.size(s.in_shape[0]) * numbers_per_entry<T>;
  }
  template <class T> static void run(const step_args<T>& s) {
    const scan_shape of = scan_shape_of(s.in_shape[0], s.attr.value[0], false);
    const std::ptrdiff_t count = s.shape[s.attr.value[0]];
    if (s.size() == 0) return;
    const bool descending = s.attr.value[1] != 0;
    in_parts(of.lead * of.rest, of.n * 16, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t line = first; line < last; ++line) {
        const std::ptrdiff_t l = line / of.rest, j = line % of.rest;
        sort_positions(of.n, count, of.rest, descending, s.in[0] + l * of.n * of.rest + j,
                       s.out + l * count * of.rest + j,
                       s.scratch + line * of.n * static_cast<std::ptrdiff_t>(numbers_per_entry<T>));
      }
    });
  }
};

template <> struct step<ops::searchsorted> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const dims& rows = s.in_shape[0];
    const std::ptrdiff_t n = rows[rows.rank - 1], columns = s.shape.rank == 0 ? 1 : s.shape[s.shape.rank - 1];
    const bool right = s.attr.value[0] != 0;
    in_parts(static_cast<std::ptrdiff_t>(s.size()), 8, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = first; i < last; ++i) {
        const T* const row = s.in[0] + (rows.rank == 1 ? 0 : i / columns * n);
        s.out[i] = static_cast<T>(place_of(right, n, row, s.in[1][i]));
      }
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
