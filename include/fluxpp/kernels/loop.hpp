// SPDX-License-Identifier: MIT
#pragma once
// A fused loop bound to memory, the part of it that one task runs, and how values are folded.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/graph/node.hpp"
#include "fluxpp/simd/simd.hpp"

#include <cstddef>
#include <limits>
#include <type_traits>

#if defined(__GNUC__)
#define FLUXPP_INLINE [[gnu::always_inline]] inline
#else
#define FLUXPP_INLINE inline
#endif

namespace fluxpp::inline v0_1::kernels {

/// So many values are summed one after the other in type T before their sum is added to one in double.
inline constexpr std::ptrdiff_t summands = 256;

/// loop<T>: one fused loop, bound to memory. The innermost run of axes is `columns`, the others are `rows`.
/// A folded result is accumulated in double, in `partial`, unless one task folds all of it at the end of one row.
template <class T> struct loop {
  const T** in = nullptr;
  T** out = nullptr;
  double** partial = nullptr;                   ///< per result: sums of all tasks, or nullptr
  const std::ptrdiff_t* partial_size = nullptr; ///< per result: elements of one sum
  const std::ptrdiff_t* partial_step = nullptr; ///< per result: from one task's sum to the next; 0 where they share one
  T** row_sums = nullptr;                       ///< per result: like partial, for a few rows and in type T
  const std::ptrdiff_t* in_stride = nullptr;    ///< [operand][outer axis]
  const std::ptrdiff_t* out_stride = nullptr;   ///< [result][outer axis]
  const std::ptrdiff_t* outer = nullptr;        ///< extents of the outer axes
  int outer_axes = 0;
  std::ptrdiff_t rows = 1, columns = 1;
};

/// part: the rows and columns that one task runs over, and its number.
struct part {
  std::ptrdiff_t first_row = 0, last_row = 0, first_column = 0, last_column = 0;
  int number = 0;
};

/// The neutral element of a fold.
constexpr double neutral(graph::fold f) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return f == graph::fold::max ? -inf : f == graph::fold::min ? inf : f == graph::fold::prod ? 1 : 0;
}

template <graph::fold F, class V> FLUXPP_INLINE V combine(V a, V b) {
  using scalar::select;
  if constexpr (F == graph::fold::max) return select((a > b) | (a != a), a, b);
  if constexpr (F == graph::fold::min) return select((a < b) | (a != a), a, b);
  if constexpr (F == graph::fold::prod) return a * b;
  if constexpr (F == graph::fold::sum) return a + b;
}
/// The same with the fold known at run time, for the last few values.
inline double combine(graph::fold f, double a, double b) {
  switch (f) {
  case graph::fold::max: return combine<graph::fold::max>(a, b);
  case graph::fold::min: return combine<graph::fold::min>(a, b);
  case graph::fold::prod: return a * b;
  default: return a + b;
  }
}
template <graph::fold F, class T> FLUXPP_INLINE double across(simd::batch<T> v) {
  if constexpr (F == graph::fold::sum) return static_cast<double>(simd::reduce_add(v));
  if constexpr (F == graph::fold::max) return static_cast<double>(simd::reduce_max(v));
  if constexpr (F == graph::fold::min) return static_cast<double>(simd::reduce_min(v));
  if constexpr (F == graph::fold::prod && std::is_same_v<T, double>) return simd::reduce_mul(v);
  double p = 1; // of floats, in double: the range is larger
  if constexpr (F == graph::fold::prod)
    for (int i = 0; i < simd::batch<T>::size; ++i) p *= static_cast<double>(v.get(i));
  return p;
}

/// Folds `copies` arrays of n elements, which lie one after the other, into the first.
template <graph::fold F> void combine_arrays(double* first, std::ptrdiff_t n, std::ptrdiff_t copies) {
  for (std::ptrdiff_t k = 1; k < copies; ++k)
    for (std::ptrdiff_t i = 0; i < n; ++i) first[i] = combine<F>(first[i], first[k * n + i]);
}
inline void combine_arrays(graph::fold f, double* first, std::ptrdiff_t n, std::ptrdiff_t copies) {
  switch (f) {
  case graph::fold::max: return combine_arrays<graph::fold::max>(first, n, copies);
  case graph::fold::min: return combine_arrays<graph::fold::min>(first, n, copies);
  case graph::fold::prod: return combine_arrays<graph::fold::prod>(first, n, copies);
  default: return combine_arrays<graph::fold::sum>(first, n, copies);
  }
}

} // namespace fluxpp::inline v0_1::kernels
