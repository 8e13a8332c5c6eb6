// SPDX-License-Identifier: MIT
#pragma once
// The kernels of linear algebra: one matrix after the other, or matrices divided among threads.
#include "fluxpp/kernels/linalg/cholesky.hpp"
#include "fluxpp/kernels/linalg/eigh.hpp"
#include "fluxpp/kernels/linalg/lu.hpp"
#include "fluxpp/kernels/linalg/qr.hpp"
#include "fluxpp/kernels/linalg/svd.hpp"
#include "fluxpp/kernels/steps/contraction.hpp"
#include "fluxpp/ops/linalg.hpp"

namespace fluxpp::inline v0_1::kernels {
namespace linalg {

/// The last two extents, and how many matrices there are.
struct extents {
  int rows, columns;
  std::ptrdiff_t count = 1;

  extents(const dims& d) : rows(d[d.rank - 2]), columns(d[d.rank - 1]) {
    for (int i = 0; i + 2 < d.rank; ++i) count *= d[i];
  }
  std::ptrdiff_t size() const { return std::ptrdiff_t{rows} * columns; }
};

/// for_each_matrix(count, work, f): f(i, alone) for every matrix; alone: its own loops may be divided among threads.
template <class F> void for_each_matrix(std::ptrdiff_t count, std::ptrdiff_t work, F&& f) {
  const bool alone = count < thread_pool::instance().size();
  const auto some = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t i = first; i < last; ++i) f(i, alone);
  };
  if (alone) some(0, count);
  else in_parts(count, work, some);
}

/// The offsets of an operand's matrices, of which leading axes may repeat over a result's.
struct repeated {
  copy_axes axes;

  repeated(const dims& operand, const dims& result) {
    const lead_strides strides(operand, result.rank);
    for (int i = 0; i + 2 < result.rank; ++i) axes.push({result[i], strides.axis[i], 0});
  }
  std::ptrdiff_t operator[](std::ptrdiff_t matrix) const { return axes.offsets(matrix).from; }
};

} // namespace linalg

template <> struct step<ops::cholesky> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    return static_cast<std::size_t>(e.count) * linalg::triangle_memory(e.rows);
  }
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::triangle_memory(e.rows));
    linalg::for_each_matrix(e.count, e.size() * e.rows / 8, [&](std::ptrdiff_t i, bool alone) {
      std::copy_n(s.in[0] + i * e.size(), e.size(), s.out + i * e.size());
      linalg::cholesky(e.rows, s.out + i * e.size(), s.scratch + i * memory, i, alone);
    });
  }
};

template <> struct step<ops::triangular_solve> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    return static_cast<std::size_t>(e.count) * linalg::triangle_memory(e.rows);
  }
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::triangle_memory(e.rows));
    const linalg::repeated triangles(s.in_shape[0], s.shape);
    const bool upper = s.attr.value[0] != 0, transposed = s.attr.value[1] != 0, unit = s.attr.value[2] != 0;
    linalg::for_each_matrix(e.count, e.size() * e.rows / 8, [&](std::ptrdiff_t i, bool alone) {
      const T* const a = s.in[0] + triangles[i];
      for (int k = 0; k < e.rows && !unit; ++k)
        linalg::require_pivot("triangular_solve(a, b)", a[std::ptrdiff_t{k} * e.rows + k], k, i);
      const strided<T> at = transposed ? strided<T>{a, 1, e.rows} : strided<T>{a, e.rows, 1};
      std::copy_n(s.in[1] + i * e.size(), e.size(), s.out + i * e.size());
      linalg::solve_triangle(linalg::triangular<T>{at, upper != transposed, unit}, e.rows, s.out + i * e.size(),
                             e.columns, s.scratch + i * memory, alone);
    });
  }
};

template <> struct step<ops::lu_factor> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    return static_cast<std::size_t>(e.count) * linalg::triangle_memory(e.rows);
  }
  template <class T> static void run(const step_args<T>& s) {
    const linalg::extents e(s.in_shape[0]);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::triangle_memory(e.rows));
    linalg::for_each_matrix(e.count, e.size() * e.rows / 8, [&](std::ptrdiff_t i, bool alone) {
      T* const to = s.out + i * (e.size() + e.rows);
      std::copy_n(s.in[0] + i * e.size(), e.size(), to);
      linalg::lu_factor(e.rows, to, s.scratch + i * memory, alone);
    });
  }
};

template <> struct step<ops::lu_solve> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const linalg::extents e(s.shape);
    return static_cast<std::size_t>(e.count) * linalg::triangle_memory(e.rows);
  }
  template <class T> static void run(const step_args<T>& s) {
    static constexpr const char* calls[]{"solve(a, b)", "inverse(a)", "det(a)", "slogdet(a)"};
    const linalg::extents e(s.shape);
    const auto memory = static_cast<std::ptrdiff_t>(linalg::triangle_memory(e.rows));
    const linalg::repeated factors(s.in_shape[0], s.shape);
    linalg::for_each_matrix(e.count, e.size() * e.rows / 4, [&](std::ptrdiff_t i, bool alone) {
      const linalg::factors<T> f{e.rows, s.in[0] + factors[i]};
      for (int k = 0; k < e.rows; ++k) linalg::require_pivot(calls[s.attr.value[1]], f.pivot(k), k, i);
      std::copy_n(s.in[2] + i * e.size(), e.size(), s.out + i * e.size());
      linalg::lu_solve(f, s.out + i * e.size(), e.columns, s.attr.value[0] != 0, s.scratch + i * memory, alone);
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
