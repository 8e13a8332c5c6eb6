// SPDX-License-Identifier: MIT
#pragma once
// The fused loop: elementwise operations, broadcasts and the folds at their end in one pass over memory.
#include "fluxpp/graph/passes/encode.hpp"
#include "fluxpp/kernels/custom.hpp"
#include "fluxpp/kernels/loop.hpp"
#include "fluxpp/ops/ops.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace fluxpp::inline v0_1::kernels {

template <class List, int Index> struct op_at;
template <class First, class... Rest, int Index>
struct op_at<ops::op_list<First, Rest...>, Index> : op_at<ops::op_list<Rest...>, Index - 1> {};
template <class First, class... Rest> struct op_at<ops::op_list<First, Rest...>, 0> { using type = First; };

/// costs_of<op_list<...>>: relative work of every operation of a list.
template <class List> struct costs_of;
template <class... Op> struct costs_of<ops::op_list<Op...>> { static constexpr int value[sizeof...(Op)]{Op::cost...}; };

/// reach: how much of a batch is there: all, a part, or whatever its number says.
enum class reach { whole, part, any };

/// fused_loop<T, Users, Code...>: the loop that a code describes (graph/passes/encode.hpp says how to read it).
template <class T, class Users, graph::loop_code::word... Code> struct fused_loop {
  static constexpr graph::loop_code::word words[sizeof...(Code)] = {Code...};
  static constexpr graph::loop_code code{words};
  static constexpr int inputs = code.inputs(), operations = code.operations(), outputs = code.outputs();
  static constexpr graph::fold fold(int o) { return code.output(o).fold; }
  static constexpr bool folds_columns(int o) { return fold(o) != graph::fold::none && code.output(o).inner; }
  static constexpr bool folds_rows(int o) { return fold(o) != graph::fold::none && !code.output(o).inner; }
  template <class Which> static constexpr bool some_output(Which which) {
    for (int o = 0; o < outputs; ++o)
      if (which(o)) return true;
    return false;
  }
  static constexpr bool any_column_fold = some_output(folds_columns), any_row_fold = some_output(folds_rows);

  /// Relative work per element. Cheap loops are unrolled, and sum in several registers; the body of any other is compiled
  /// once, for whole batches and the last few elements alike.
  static constexpr int cost() {
    int sum = 0;
    for (int i = 0; i < operations; ++i) {
      const int op = code.operation(i).op;
      sum += op < 0 ? 8 : costs_of<ops::elementwise_list>::value[op];
    }
    return sum;
  }
  static constexpr int unroll = cost() <= 3 ? 4 : cost() <= 6 ? 2 : 1;

  using V = simd::batch<T>;
  static constexpr int width = V::size;
  static constexpr std::ptrdiff_t column_block = summands * unroll * width;
  using all_inputs = std::make_integer_sequence<int, inputs>;
  using all_operations = std::make_integer_sequence<int, operations>;
  using all_outputs = std::make_integer_sequence<int, outputs>;

  template <int Value> static constexpr bool is_product() {
    if constexpr (Value < inputs) return false;
    else if constexpr (code.operation(Value - inputs).op < 0) return false;
    else
      return std::is_same_v<typename op_at<ops::elementwise_list, code.operation(Value - inputs).op>::type, ops::mul>;
  }
  /// Value + other or, Negative, other - Value for a product Value, rounded once.
  template <int Value, bool Negative> FLUXPP_INLINE static V with_product(const V* v, V other) {
    constexpr graph::coded_operation p = code.operation(Value - inputs);
    if constexpr (Negative) return fnma(v[p.args[0]], v[p.args[1]], other);
    else return fma(v[p.args[0]], v[p.args[1]], other);
  }
  template <int Index, class X> FLUXPP_INLINE static X apply(const X* v) {
    constexpr graph::coded_operation o = code.operation(Index);
    constexpr int a = o.args[0], b = o.args[1], c = o.args[2];
    constexpr bool fuses = std::is_same_v<X, V> && simd::fused<T>;
    if constexpr (o.op < 0) {
      const X args[3]{v[a], v[b], v[c]};
      return user_forward<-1 - o.op, X>(Users{}, args);
    } else {
      using operation = typename op_at<ops::elementwise_list, o.op>::type;
      if constexpr (fuses && std::is_same_v<operation, ops::add> && is_product<a>())
        return with_product<a, false>(v, v[b]);
      else if constexpr (fuses && std::is_same_v<operation, ops::add> && is_product<b>())
        return with_product<b, false>(v, v[a]);
      else if constexpr (fuses && std::is_same_v<operation, ops::sub> && is_product<b>())
        return with_product<b, true>(v, v[a]);
      else if constexpr (operation::arity == 0) return operation::template forward<X>();
      else if constexpr (operation::arity == 1) return operation::forward(v[a]);
      else if constexpr (operation::arity == 2) return operation::forward(v[a], v[b]);
      else return operation::forward(v[a], v[b], v[c]);
    }
  }
  template <class X, int... Index>
  FLUXPP_INLINE static void evaluate([[maybe_unused]] X* v, std::integer_sequence<int, Index...>) {
    ((v[inputs + Index] = apply<Index>(v)), ...);
  }

  /// One task: its rows one after the other.
  static void run(const loop<T>& l, const part& p) {
    if constexpr (code.single()) {
      run_single(l.in, l.out);
    } else if (p.first_row < p.last_row) {
      row r(l, p.first_row);
      if constexpr (any_row_fold) {
        row_folds sums(l, p);
        for (std::ptrdiff_t i = p.first_row; i < p.last_row; sums.add(l, p, i, all_outputs{}))
          for (const std::ptrdiff_t end = std::min(i + sums.rows, p.last_row); i < end; ++i, r.next(l))
            run_row(l, p, r);
      } else {
        for (std::ptrdiff_t i = p.first_row; i < p.last_row; ++i, r.next(l)) run_row(l, p, r);
      }
    }
  }

  /// The whole loop where it has one axis and sums no rows, on operands and results that begin at these addresses.
  FLUXPP_INLINE static void run_line(const T* const* in, T* const* out, std::ptrdiff_t columns) {
    static_assert(!any_row_fold);
    if constexpr (code.single()) {
      run_single(in, out);
    } else {
      operands x;
      for (int i = 0; i < inputs; ++i) x.in[i] = in[i], x.repeated[i] = code.repeated(i) ? V(*in[i]) : V();
      for (int o = 0; o < outputs; ++o) x.out[o] = out[o];
      double total[outputs + 1];
      run_columns(x, 0, columns, total);
      for (int o = 0; o < outputs; ++o)
        if (folds_columns(o)) *x.out[o] = static_cast<T>(total[o]);
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

  FLUXPP_INLINE static void run_single(const T* const* in, T* const* out) {
    T v[inputs + operations + 1];
    for (int i = 0; i < inputs; ++i) v[i] = *in[i];
    evaluate(v, all_operations{});
    for (int o = 0; o < outputs; ++o) *out[o] = v[code.output(o).value];
  }

  /// operands: one row in registers; where its operands and results begin, and what does not change along it.
  struct operands {
    const T* in[inputs + 1];
    V repeated[inputs + 1];
    T* out[outputs + 1];
  };
  struct accumulators {
    V fold[unroll][outputs + 1];
  };

  template <int... Index, int... O>
  FLUXPP_INLINE static operands operands_of(const loop<T>& l, const part& p, const row& r,
                                            std::integer_sequence<int, Index...>, std::integer_sequence<int, O...>) {
    operands x;
    ((x.in[Index] = r.in[Index], x.repeated[Index] = code.repeated(Index) ? V(*r.in[Index]) : V()), ...);
    ((x.out[O] = (folds_rows(O) ? l.row_sums[O] + p.number * l.partial_step[O] : l.out[O]) + r.out[O]), ...);
    return x;
  }

  // Memory to registers and back, n numbers of a batch or all.
  template <reach R> FLUXPP_INLINE static V read(const T* from, int n) {
    if constexpr (R == reach::whole) return V::load(from);
    if constexpr (R == reach::any && !simd::backend::maskable<T>)
      if (n == width) return V::load(from);
    return V::load_first(from, n);
  }
  template <reach R> FLUXPP_INLINE static void write(V v, T* to, int n) {
    if constexpr (R == reach::whole) return v.store(to);
    if constexpr (R == reach::any && !simd::backend::maskable<T>)
      if (n == width) return v.store(to);
    v.store_first(to, n);
  }

  /// The outputs in the order of their values.
  struct output_order {
    int number[outputs + 1]{}, first[inputs + operations + 1]{};
    constexpr output_order() {
      for (int o = 0; o < outputs; ++o) ++first[code.output(o).value + 1];
      for (int i = 0; i < inputs + operations; ++i) first[i + 1] += first[i];
      int at[inputs + operations + 1]{};
      for (int o = 0; o < outputs; ++o) {
        const int value = code.output(o).value;
        number[first[value] + at[value]++] = o;
      }
    }
  };
  static constexpr output_order order{};

  /// A result leaves as soon as it is computed: loops of hundreds of operations have more of them than registers.
  template <int U, reach R, int... Index, int... Operation>
  FLUXPP_INLINE static void step(const operands& x, accumulators& acc, std::ptrdiff_t j, int n,
                                 std::integer_sequence<int, Index...>, std::integer_sequence<int, Operation...>) {
    V v[inputs + operations + 1];
    ((v[Index] = load<Index, R>(x, j, n)), ...);
    (put_value<Index, U, R>(x, acc, v, j, n), ...);
    ((v[inputs + Operation] = apply<Operation>(v), put_value<inputs + Operation, U, R>(x, acc, v, j, n)), ...);
  }
  template <int Value, int U, reach R>
  FLUXPP_INLINE static void put_value(const operands& x, accumulators& acc, const V* v, std::ptrdiff_t j, int n) {
    constexpr int first = order.first[Value], count = order.first[Value + 1] - first;
    if constexpr (count > 0) [&]<int... O>(std::integer_sequence<int, O...>) {
        (put<order.number[first + O], U, R>(x, acc, v, j, n), ...);
      }
    (std::make_integer_sequence<int, count>{});
  }
  template <int Index, reach R> FLUXPP_INLINE static V load(const operands& x, std::ptrdiff_t j, int n) {
    if constexpr (code.repeated(Index)) return x.repeated[Index];
    else return read<R>(x.in[Index] + j, n);
  }
  template <int O, int U, reach R>
  FLUXPP_INLINE static void put(const operands& x, accumulators& acc, const V* values, std::ptrdiff_t j, int n) {
    constexpr int value = code.output(O).value;
    V v = values[value];
    if constexpr (!folds_columns(O)) {
      if constexpr (folds_rows(O)) v = combine<fold(O)>(read<R>(x.out[O] + j, n), v);
      write<R>(v, x.out[O] + j, n);
    } else if constexpr (R == reach::whole && fold(O) == graph::fold::sum && simd::fused<T> && is_product<value>()) {
      acc.fold[U][O] = with_product<value, false>(values, acc.fold[U][O]);
    } else {
      if constexpr (R != reach::whole) v = keep_first(v, n, static_cast<T>(neutral(fold(O))));
      acc.fold[U][O] = combine<fold(O)>(acc.fold[U][O], v);
    }
  }

  /// Columns j to end, first in steps of several batches.
  template <int... U>
  FLUXPP_INLINE static void run_columns(const operands& x, accumulators& acc, std::ptrdiff_t j, std::ptrdiff_t end,
                                        std::integer_sequence<int, U...>) {
    if constexpr (unroll > 1) {
      for (; j + unroll * width <= end; j += unroll * width)
        (step<U, reach::whole>(x, acc, j + U * width, width, all_inputs{}, all_operations{}), ...);
      for (; j + width <= end; j += width) step<0, reach::whole>(x, acc, j, width, all_inputs{}, all_operations{});
      if (j < end) step<0, reach::part>(x, acc, j, static_cast<int>(end - j), all_inputs{}, all_operations{});
    } else {
      for (; j < end; j += width) {
        const int n = static_cast<int>(std::min<std::ptrdiff_t>(width, end - j));
        step<0, reach::any>(x, acc, j, n, all_inputs{}, all_operations{});
      }
    }
  }

  template <int... O> FLUXPP_INLINE static void clear(accumulators& acc, std::integer_sequence<int, O...>) {
    for (int u = 0; u < unroll; ++u)
      ((folds_columns(O) ? void(acc.fold[u][O] = V(static_cast<T>(neutral(fold(O))))) : void()), ...);
  }
  template <int O> FLUXPP_INLINE static void gather(const accumulators& acc, double* total) {
    if constexpr (folds_columns(O)) {
      V v = acc.fold[0][O];
      for (int u = 1; u < unroll; ++u) v = combine<fold(O)>(v, acc.fold[u][O]);
      total[O] = combine<fold(O)>(total[O], across<fold(O)>(v));
    }
  }
  template <int... O>
  FLUXPP_INLINE static void gather_all(const accumulators& acc, double* total, std::integer_sequence<int, O...>) {
    (gather<O>(acc, total), ...);
  }

  /// Columns j to last; total[o] is what they fold to.
  FLUXPP_INLINE static void run_columns(const operands& x, std::ptrdiff_t j, std::ptrdiff_t last, double* total) {
    for (int o = 0; o < outputs; ++o) total[o] = neutral(fold(o));
    accumulators acc;
    while (j < last) {
      const std::ptrdiff_t end = any_column_fold ? std::min(j + column_block, last) : last;
      clear(acc, all_outputs{});
      run_columns(x, acc, j, end, std::make_integer_sequence<int, unroll>{});
      j = end;
      gather_all(acc, total, all_outputs{});
    }
  }

  static void run_row(const loop<T>& l, const part& p, const row& r) {
    const operands x = operands_of(l, p, r, all_inputs{}, all_outputs{});
    double total[outputs + 1];
    run_columns(x, p.first_column, p.last_column, total);
    for (int o = 0; o < outputs; ++o) {
      if (!folds_columns(o)) continue;
      if (l.partial[o] == nullptr) {
        *x.out[o] = static_cast<T>(total[o]);
      } else {
        double& to = l.partial[o][p.number * l.partial_step[o] + r.out[o]];
        to = combine(fold(o), to, total[o]);
      }
    }
  }

  /// Sums of rows in T, and when each is to be added to its sum in double.
  struct row_folds {
    std::ptrdiff_t rows = std::numeric_limits<std::ptrdiff_t>::max(); ///< until some sum is full
    std::ptrdiff_t room[outputs + 1], due[outputs + 1];

    row_folds(const loop<T>& l, const part& p) {
      for (int o = 0; o < outputs; ++o) {
        if (!folds_rows(o)) continue;
        const std::ptrdiff_t kept = l.partial_size[o] / std::max<std::ptrdiff_t>(l.columns, 1);
        room[o] = summands * std::max<std::ptrdiff_t>(kept, 1);
        due[o] = p.first_row + room[o];
        rows = std::min(rows, room[o]);
        for_each_sum(l, p, o, [&](std::ptrdiff_t i) { l.row_sums[o][i] = static_cast<T>(neutral(fold(o))); });
      }
    }
    template <int... O>
    void add(const loop<T>& l, const part& p, std::ptrdiff_t row, std::integer_sequence<int, O...>) {
      (add_one<O>(l, p, row), ...);
    }
    template <int O> void add_one(const loop<T>& l, const part& p, std::ptrdiff_t row) {
      if constexpr (folds_rows(O)) {
        if (row < due[O] && row < p.last_row) return;
        due[O] = row + room[O];
        for_each_sum(l, p, O, [&](std::ptrdiff_t i) {
          l.partial[O][i] = combine<fold(O)>(l.partial[O][i], static_cast<double>(l.row_sums[O][i]));
          l.row_sums[O][i] = static_cast<T>(neutral(fold(O)));
        });
      }
    }
    /// f(index) for every element of a sum that this task contributes to.
    template <class F> static void for_each_sum(const loop<T>& l, const part& p, int o, F f) {
      for (std::ptrdiff_t first = p.number * l.partial_step[o], i = 0; i < l.partial_size[o]; i += l.columns)
        for (std::ptrdiff_t j = p.first_column; j < p.last_column; ++j) f(first + i + j);
    }
  };
};

} // namespace fluxpp::inline v0_1::kernels
