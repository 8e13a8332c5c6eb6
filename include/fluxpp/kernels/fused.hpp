// SPDX-License-Identifier: MIT
#pragma once
// The fused loop: elementwise operations, broadcasts and the folds at their end in one pass over memory.
#include "fluxpp/kernels/custom.hpp"
#include "fluxpp/ops/ops.hpp"
#include "fluxpp/simd/simd.hpp"

#include <cstddef>
#include <limits>
#include <utility>

#if defined(__GNUC__)
#define FLUXPP_INLINE [[gnu::always_inline]] inline
#else
#define FLUXPP_INLINE inline
#endif

namespace fluxpp::inline v0_1::kernels {

/// Elements after which a sum in registers is added to a double.
inline constexpr std::ptrdiff_t fold_block = 8192;

/// loop<T>: one fused loop, bound to memory. The innermost run of axes is `columns`, the others are `rows`.
template <class T> struct loop {
  const T** in = nullptr;
  T** out = nullptr;
  double** partial = nullptr;                     ///< per result: where folded values are accumulated, or nullptr
  const std::ptrdiff_t* partial_size = nullptr;   ///< elements per result
  const std::ptrdiff_t* in_stride = nullptr;      ///< [operand][outer axis]
  const std::ptrdiff_t* out_stride = nullptr;     ///< [result][outer axis]
  const std::ptrdiff_t* outer = nullptr;          ///< extents of the outer axes
  int outer_axes = 0;
  std::ptrdiff_t rows = 1, columns = 1;
};

/// part: the rows and columns that one task runs over, and its number.
struct part {
  std::ptrdiff_t first_row = 0, last_row = 0, first_column = 0, last_column = 0;
  int number = 0;
};

template <class List, int Index> struct op_at;
template <class First, class... Rest, int Index> struct op_at<ops::op_list<First, Rest...>, Index> : op_at<ops::op_list<Rest...>, Index - 1> {};
template <class First, class... Rest> struct op_at<ops::op_list<First, Rest...>, 0> {
  using type = First;
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
  double p = 1;
  if constexpr (F == graph::fold::prod)
    for (int i = 0; i < simd::batch<T>::size; ++i) p *= static_cast<double>(v.get(i));
  return p;
}

/// fused_loop<T, Users, Code...>: the loop that a code describes (graph/passes/encode.hpp says how to read it).
template <class T, class Users, int... Code> struct fused_loop {
  static constexpr int code[sizeof...(Code)] = {Code...};
  static constexpr bool single = code[0] == 1;
  static constexpr int inputs = code[1];
  static constexpr int operations = code[2 + inputs];
  static constexpr int first_operation = 3 + inputs;
  static constexpr int outputs = code[first_operation + 4 * operations];
  static constexpr int first_output = first_operation + 4 * operations + 1;

  static constexpr bool repeats(int i) { return code[2 + i] == 1; }
  static constexpr int stored(int o) { return code[first_output + 3 * o]; }
  static constexpr graph::fold fold(int o) { return static_cast<graph::fold>(code[first_output + 3 * o + 1]); }
  static constexpr bool folds_columns(int o) { return code[first_output + 3 * o + 2] == 1; }
  static constexpr int column_folds() {
    int n = 0;
    for (int o = 0; o < outputs; ++o) n += folds_columns(o) ? 1 : 0;
    return n;
  }

  using V = simd::batch<T>;
  static constexpr int unroll = column_folds() > 0 && operations <= 12 ? 4 : 1;
  static constexpr int width = V::size;
  using all_inputs = std::make_integer_sequence<int, inputs>;
  using all_operations = std::make_integer_sequence<int, operations>;
  using all_outputs = std::make_integer_sequence<int, outputs>;

  template <int Index, class X> FLUXPP_INLINE static X apply(const X* v) {
    constexpr int at = first_operation + 4 * Index;
    constexpr int op = code[at], a = code[at + 1], b = code[at + 2], c = code[at + 3];
    if constexpr (op < 0) {
      const X args[3]{v[a], v[b], v[c]};
      return user_forward<-1 - op, X>(Users{}, args);
    } else {
      using operation = typename op_at<ops::elementwise_list, op>::type;
      const X args[3]{v[a], v[b], v[c]};
      return ops::forward_at<operation>(args);
    }
  }
  template <class X, int... Index> FLUXPP_INLINE static void evaluate([[maybe_unused]] X* v, std::integer_sequence<int, Index...>) {
    ((v[inputs + Index] = apply<Index>(v)), ...);
  }

  /// One task: its rows one after the other.
  static void run(const loop<T>& l, const part& p) {
    if constexpr (single) {
      run_single(l);
    } else if (p.first_row < p.last_row) {
      row r(l, p.first_row);
      for (std::ptrdiff_t i = p.first_row; i < p.last_row; ++i, r.next(l)) run_row(l, p, r);
    }
  }

 private:
  /// Where the current row's operands and results begin.
  struct row {
    const T* in[inputs + 1];
    std::ptrdiff_t out[outputs + 1];
    std::ptrdiff_t index[max_rank];

    row(const loop<T>& l, std::ptrdiff_t number) {
      for (int i = 0; i < inputs; ++i) in[i] = l.in[i];
      for (int o = 0; o < outputs; ++o) out[o] = 0;
      for (int a = l.outer_axes - 1; a >= 0; --a) {
        index[a] = number % l.outer[a];
        number /= l.outer[a];
        advance(l, a, index[a]);
      }
    }
    void advance(const loop<T>& l, int axis, std::ptrdiff_t by) {
      for (int i = 0; i < inputs; ++i) in[i] += by * l.in_stride[i * l.outer_axes + axis];
      for (int o = 0; o < outputs; ++o) out[o] += by * l.out_stride[o * l.outer_axes + axis];
    }
    void next(const loop<T>& l) {
      for (int a = l.outer_axes - 1; a >= 0; --a) {
        advance(l, a, 1);
        if (++index[a] < l.outer[a]) return;
        advance(l, a, -index[a]);
        index[a] = 0;
      }
    }
  };

  static void run_single(const loop<T>& l) {
    T v[inputs + operations + 1];
    for (int i = 0; i < inputs; ++i) v[i] = *l.in[i];
    evaluate(v, all_operations{});
    for (int o = 0; o < outputs; ++o) *l.out[o] = v[stored(o)];
  }

  struct accumulators {
    V fold[unroll][outputs + 1];
  };

  template <int U, bool Tail, int... Index, int... O>
  FLUXPP_INLINE static void step(const loop<T>& l, const part& p, const row& r, const V* repeated, accumulators& acc,
                                 std::ptrdiff_t j, int n, std::integer_sequence<int, Index...>,
                                 std::integer_sequence<int, O...>) {
    V v[inputs + operations + 1];
    ((v[Index] = repeats(Index) ? repeated[Index] : Tail ? V::load_first(r.in[Index] + j, n) : V::load(r.in[Index] + j)), ...);
    evaluate(v, all_operations{});
    (put<O, U, Tail>(l, p, r, acc, v[stored(O)], j, n), ...);
  }

  template <int O, int U, bool Tail>
  FLUXPP_INLINE static void put(const loop<T>& l, const part& p, const row& r, accumulators& acc, V v, std::ptrdiff_t j,
                                int n) {
    if constexpr (fold(O) == graph::fold::none) {
      T* to = l.out[O] + r.out[O] + j;
      if constexpr (Tail) v.store_first(to, n);
      else v.store(to);
    } else if constexpr (folds_columns(O)) {
      if constexpr (Tail) v = keep_first(v, n, static_cast<T>(neutral(fold(O))));
      acc.fold[U][O] = combine<fold(O)>(acc.fold[U][O], v);
    } else {
      T lanes[width];
      v.store(lanes);
      double* to = l.partial[O] + p.number * l.partial_size[O] + r.out[O] + j;
      for (int k = 0; k < (Tail ? n : width); ++k) to[k] = combine<fold(O)>(to[k], static_cast<double>(lanes[k]));
    }
  }

  template <int... U>
  FLUXPP_INLINE static void several(const loop<T>& l, const part& p, const row& r, const V* repeated,
                                    accumulators& acc, std::ptrdiff_t j, std::integer_sequence<int, U...>) {
    (step<U, false>(l, p, r, repeated, acc, j + U * width, width, all_inputs{}, all_outputs{}), ...);
  }

  template <int... O> static void clear(accumulators& acc, std::integer_sequence<int, O...>) {
    for (int u = 0; u < unroll; ++u) ((acc.fold[u][O] = V(static_cast<T>(neutral(fold(O))))), ...);
  }
  template <int O> FLUXPP_INLINE static void gather(const accumulators& acc, double* total) {
    if constexpr (folds_columns(O)) {
      V v = acc.fold[0][O];
      for (int u = 1; u < unroll; ++u) v = combine<fold(O)>(v, acc.fold[u][O]);
      total[O] = combine<fold(O)>(total[O], across<fold(O)>(v));
    }
  }
  template <int... O>
  static void gather_all(const accumulators& acc, double* total, std::integer_sequence<int, O...>) {
    (gather<O>(acc, total), ...);
  }

  static void run_row(const loop<T>& l, const part& p, const row& r) {
    V repeated[inputs + 1];
    for (int i = 0; i < inputs; ++i)
      if (repeats(i)) repeated[i] = V(*r.in[i]);
    double total[outputs + 1];
    for (int o = 0; o < outputs; ++o) total[o] = neutral(fold(o));
    accumulators acc;
    for (std::ptrdiff_t block = p.first_column; block < p.last_column;) {
      const std::ptrdiff_t end =
          column_folds() == 0 || p.last_column - block < fold_block ? p.last_column : block + fold_block;
      clear(acc, all_outputs{});
      std::ptrdiff_t j = block;
      for (; j + unroll * width <= end; j += unroll * width)
        several(l, p, r, repeated, acc, j, std::make_integer_sequence<int, unroll>{});
      if constexpr (unroll > 1)
        for (; j + width <= end; j += width)
          step<0, false>(l, p, r, repeated, acc, j, width, all_inputs{}, all_outputs{});
      if (j < end)
        step<0, true>(l, p, r, repeated, acc, j, static_cast<int>(end - j), all_inputs{}, all_outputs{});
      gather_all(acc, total, all_outputs{});
      block = end;
    }
    for (int o = 0; o < outputs; ++o) {
      if (!folds_columns(o)) continue;
      if (l.partial[o] == nullptr) {
        l.out[o][r.out[o]] = static_cast<T>(total[o]);
      } else {
        double& to = l.partial[o][p.number * l.partial_size[o] + r.out[o]];
        to = combine(fold(o), to, total[o]);
      }
    }
  }
};

}  // namespace fluxpp::inline v0_1::kernels
