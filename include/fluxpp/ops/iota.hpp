// SPDX-License-Identifier: MIT
#pragma once
// iota, one_hot: the indices of an axis, and where they equal given ones.
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// iota(): 0, 1, 2, ... as a vector.
struct iota : custom<0> {
  static constexpr auto name = "iota";
  static constexpr bool integer = true;
  static constexpr var apply(graph::tape& t, int extent) { return record<iota>(t, make_dims(extent), {}); }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct iota_function {
  constexpr var operator()(var x, int axis, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return iota::apply(*x.tape, x.extent(checked_axis(x, axis)));
  }
};

/// one_hot(index, n): 1 in column index[i] of row i, by comparison, which fuses with what it is multiplied by.
constexpr var one_hot(var index, int n) {
  const var column = reshape::apply(index, index.shape().with(1));
  return fluxpp::equal(iota::apply(*index.tape, n), column, index.tape->line);
}

struct one_hot_function {
  constexpr var operator()(var index, int n, int line = __builtin_LINE()) const {
    graph::at_line(index, line);
    if (index.rank() < max_rank) return one_hot(index, n);
    index.tape->fail(graph::rule::rank, index.shape(), make_dims(n));
    return index;
  }
};

} // namespace ops

/// iota(x, axis): the indices 0, 1, ... of an axis of x, as a vector.
/// shapes   x [.., n, ..] -> [n]
/// grad     none: indices
/// errors   run: the axis has more elements than the program's type counts, 2^24 in float (value_error)
inline constexpr ops::iota_function iota{};

/// one_hot(index, n): rows of n numbers, 1 at the index and 0 elsewhere; an index outside 0, ... n - 1 gives zeros.
/// shapes   index [i, j] -> [i, j, n]
/// grad     none: truth values
inline constexpr ops::one_hot_function one_hot{};

} // namespace fluxpp::inline v0_1
