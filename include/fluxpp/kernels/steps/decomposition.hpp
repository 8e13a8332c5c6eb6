// SPDX-License-Identifier: MIT
#pragma once
// The kernels of qr, eigh and svd.
#include "fluxpp/kernels/linalg/matrices.hpp"
#include "fluxpp/kernels/linalg/qr.hpp"
#include "fluxpp/kernels/linalg/svd.hpp"
#include "fluxpp/ops/linalg.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::qr> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    return static_cast<std::size_t>(e.count) * linalg::qr_memory(e.rows, e.columns);
  }
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]), both(s.shape);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::qr_memory(e.rows, e.columns));
    linalg::for_each_matrix(e.count, e.size() * e.columns, [&](std::ptrdiff_t i, bool alone) {
      linalg::require_finite("qr(a)", s.in[0] + i * e.size(), e.size(), i);
      T* const q = s.out + i * both.size();
      linalg::qr(e.rows, e.columns, s.in[0] + i * e.size(), q, q + e.size(), s.scratch + i * memory, alone);
    });
  }
};

template <> struct step<ops::eigh> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    return static_cast<std::size_t>(e.count) * linalg::eigh_memory(e.rows);
  }
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::eigh_memory(e.rows));
    linalg::for_each_matrix(e.count, 4 * e.size() * e.rows, [&](std::ptrdiff_t i, bool) {
      T* const values = s.out + i * (e.size() + e.rows);
      linalg::eigh(e.rows, s.in[0] + i * e.size(), values, values + e.rows, s.scratch + i * memory, i);
    });
  }
};

template <> struct step<ops::svd> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    return static_cast<std::size_t>(e.count) * linalg::svd_memory(e.rows, e.columns);
  }
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]), all(s.shape);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::svd_memory(e.rows, e.columns));
    linalg::for_each_matrix(e.count, 8 * e.size() * e.columns, [&](std::ptrdiff_t i, bool) {
      T *const values = s.out + i * all.size(), *const u = values + e.columns, *const v = u + e.size();
      linalg::svd(e.rows, e.columns, s.in[0] + i * e.size(), values, u, v, s.scratch + i * memory, i);
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
