// SPDX-License-Identifier: MIT
#pragma once
// The kernels of what is computed with LU factors: systems of equations and determinants.
#include "fluxpp/kernels/linalg/abreast.hpp"
#include "fluxpp/kernels/linalg/matrices.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/linalg.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::lu_factor> : linalg::triangle_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    if (linalg::goes_abreast<T>(e.rows, 1, e.count))
      return linalg::for_each_group<T>(e.count, 2 * e.size(), [&](const linalg::matrices<T>& some) {
        simd::batch<T> a[linalg::small_elements];
        some.load(e.rows * e.rows, linalg::matrices_at(s.in[0], e.size()), a);
        linalg::factor_pivoted(e.rows, a);
        some.store(e.rows * (e.rows + 1), a, linalg::matrices_at(s.out, e.size() + e.rows));
      });
    linalg::for_each_matrix(e.count, e.size() * e.rows / 8, [&](std::ptrdiff_t i, bool alone) {
      T* const to = s.out + i * (e.size() + e.rows);
      std::copy_n(s.in[0] + i * e.size(), e.size(), to);
      linalg::lu_factor(e.rows, to, scratch_of(s, i), alone);
    });
  }
};

template <> struct step<ops::lu_solve> : linalg::triangle_scratch {
  template <class T> static void run(const step_args<T>& s) {
    static constexpr const char* calls[]{"solve(a, b)", "inverse(a)", "det(a)", "slogdet(a)"};
    const linalg::extents e(s.shape);
    const linalg::repeated factors(s.in_shape[0], s.shape);
    const bool transposed = s.attr.value[0] != 0;
    const auto checked = [&](std::ptrdiff_t i) {
      const linalg::factors<T> f{e.rows, s.in[0] + factors[i]};
      for (int k = 0; k < e.rows; ++k) linalg::require_pivot(calls[s.attr.value[1]], f.pivot(k), k, i);
      return f;
    };
    if (linalg::goes_abreast<T>(e.rows, e.columns, e.count))
      return linalg::for_each_group<T>(e.count, 2 * e.size(), [&](const linalg::matrices<T>& some) {
        simd::batch<T> f[linalg::small_elements], b[linalg::small_elements];
        some.load(
            e.rows * (e.rows + 1), [&](std::ptrdiff_t i) { return checked(i).lu; }, f);
        some.load(e.rows * e.columns, linalg::matrices_at(s.in[2], e.size()), b);
        linalg::solve_pivoted(e.rows, f, b, e.columns, transposed);
        some.store(e.rows * e.columns, b, linalg::matrices_at(s.out, e.size()));
      });
    linalg::for_each_matrix(e.count, e.size() * e.rows / 4, [&](std::ptrdiff_t i, bool alone) {
      const linalg::factors<T> f = checked(i);
      std::copy_n(s.in[2] + i * e.size(), e.size(), s.out + i * e.size());
      linalg::lu_solve(f, s.out + i * e.size(), e.columns, transposed, scratch_of(s, i), alone);
    });
  }
};

/// reduce_factors(s, f): out[i] = f(factors of matrix i, i).
template <class T, class F> void reduce_factors(const step_args<T>& s, F&& f) {
  const linalg::extents e(s.in_shape[0]);
  for (std::ptrdiff_t i = 0; i < e.count; ++i) {
    const linalg::factors<T> lu{e.columns, s.in[0] + i * e.size()};
    for (int k = 0; k < lu.n; ++k)
      if (lu.pivot(k) - lu.pivot(k) != T(0)) linalg::refuse("det(a)", "a", "must be finite", i);
    s.out[i] = f(lu);
  }
}
/// The sign of a permutation made of exchanges.
template <class T> T exchanges_sign(const linalg::factors<T>& f) {
  bool odd = false;
  for (int k = 0; k < f.n; ++k) odd ^= f.exchange(k) != k;
  return odd ? T(-1) : T(1);
}

template <> struct step<ops::determinant<false>> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    reduce_factors(s, [](const linalg::factors<T>& f) {
      T product = exchanges_sign(f);
      for (int k = 0; k < f.n; ++k) product *= f.pivot(k);
      return product;
    });
  }
};
template <> struct step<ops::determinant<true>> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    reduce_factors(s, [](const linalg::factors<T>& f) {
      double sum = 0;
      for (int k = 0; k < f.n; ++k) sum += std::log(std::abs(static_cast<double>(f.pivot(k))));
      return static_cast<T>(sum);
    });
  }
};
template <> struct step<ops::lu_sign> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    reduce_factors(s, [](const linalg::factors<T>& f) {
      T sign = exchanges_sign(f);
      for (int k = 0; k < f.n; ++k) sign *= static_cast<T>((f.pivot(k) > T(0)) - (f.pivot(k) < T(0)));
      return sign;
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
