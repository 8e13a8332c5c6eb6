// SPDX-License-Identifier: MIT
#pragma once
// The kernels of cholesky and triangular_solve.
#include "fluxpp/kernels/linalg/abreast.hpp"
#include "fluxpp/kernels/linalg/matrices.hpp"
#include "fluxpp/ops/linalg.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::cholesky> : linalg::triangle_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    if (linalg::goes_abreast<T>(e.rows, 1, e.count)) return run_abreast(s, e);
    linalg::for_each_matrix(e.count, e.size() * e.rows / 8, [&](std::ptrdiff_t i, bool alone) {
      std::copy_n(s.in[0] + i * e.size(), e.size(), s.out + i * e.size());
      linalg::cholesky(e.rows, s.out + i * e.size(), scratch_of(s, i), i, alone);
    });
  }

private:
  template <class T> static void run_abreast(const step_args<T>& s, const linalg::extents& e) {
    const auto from = linalg::matrices_at(s.in[0], e.size());
    const int elements = e.rows * e.rows;
    linalg::for_each_group<T>(e.count, elements, [&](const linalg::matrices<T>& some) {
      simd::batch<T> a[linalg::small_elements];
      some.load(elements, from, a);
      if (linalg::factor_positive(e.rows, a) < 0) return some.store(elements, a, linalg::matrices_at(s.out, e.size()));
      for (int l = 0; l < some.count; ++l) { // one by one: the sentence names the one that fails
        T* const to = s.out + (some.first + l) * e.size();
        std::copy_n(from(some.first + l), elements, to);
        linalg::cholesky(e.rows, to, s.scratch, some.first + l, false);
      }
    });
  }
};

template <> struct step<ops::triangular_solve> : linalg::triangle_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    const linalg::repeated triangles(s.in_shape[0], s.shape);
    const bool upper = s.attr.value[0] != 0, transposed = s.attr.value[1] != 0, unit = s.attr.value[2] != 0;
    const auto check = [&](std::ptrdiff_t i) {
      for (int k = 0; k < e.rows && !unit; ++k)
        linalg::require_pivot("triangular_solve(a, b)", s.in[0][triangles[i] + std::ptrdiff_t{k} * (e.rows + 1)], k, i);
    };
    if (linalg::goes_abreast<T>(e.rows, e.columns, e.count))
      return linalg::for_each_group<T>(e.count, 2 * e.size(), [&](const linalg::matrices<T>& some) {
        using batch = simd::batch<T>;
        batch a[linalg::small_elements], b[linalg::small_elements];
        for (int l = 0; l < some.count; ++l) check(some.first + l);
        some.load(
            e.rows * e.rows, [&](std::ptrdiff_t i) { return s.in[0] + triangles[i]; }, a);
        some.load(e.rows * e.columns, linalg::matrices_at(s.in[1], e.size()), b);
        const strided<batch> at = transposed ? strided<batch>{a, 1, e.rows} : strided<batch>{a, e.rows, 1};
        linalg::substitute_abreast<T>({at, upper != transposed, unit}, e.rows, b, e.columns);
        some.store(e.rows * e.columns, b, linalg::matrices_at(s.out, e.size()));
      });
    linalg::for_each_matrix(e.count, e.size() * e.rows / 8, [&](std::ptrdiff_t i, bool alone) {
      const T* const a = s.in[0] + triangles[i];
      check(i);
      const strided<T> at = transposed ? strided<T>{a, 1, e.rows} : strided<T>{a, e.rows, 1};
      std::copy_n(s.in[1] + i * e.size(), e.size(), s.out + i * e.size());
      linalg::solve_triangle(linalg::triangular<T>{at, upper != transposed, unit}, e.rows, s.out + i * e.size(),
                             e.columns, scratch_of(s, i), alone);
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
