// SPDX-License-Identifier: MIT
#pragma once
// segment_sum, segment_mean, segment_max, segment_softmax: rows of an array in groups, by the number of each row's
// group.
#include "fluxpp/ops/logsumexp.hpp"
#include "fluxpp/ops/scatter_max.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct segment_mean_function {
  constexpr var operator()(var x, var index, int n, int line = __builtin_LINE()) const {
    const var sum = fluxpp::scatter_add(x, index, n, 0, line);
    const var each = broadcast_to(x.tape->constant(1), index.shape());
    const var count = fluxpp::maximum(fluxpp::scatter_add(each, index, n, 0, line), 1.0, line);
    return sum / reshape::apply(count, kept_shape(sum.shape(), ~1u));
  }
};

struct segment_softmax_function {
  constexpr var operator()(var x, var index, int n, int line = __builtin_LINE()) const {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const var largest = stop_gradient::apply(fluxpp::scatter_max(x, index, n, 0, line));
    const var shift = fluxpp::select(fluxpp::less(fluxpp::abs(largest, line), inf, line), largest, 0.0, line);
    const var each = fluxpp::exp(x - fluxpp::gather(shift, index, 0, line), line);
    return each / fluxpp::gather(fluxpp::scatter_add(each, index, n, 0, line), index, 0, line);
  }
};

} // namespace ops

/// segment_sum(x, index, n): the sum of the rows of each of n groups, 0 for a group without rows; row i belongs to
/// group index[i]. The same function as scatter_add.
/// shapes   x [i, a], index [i] -> [n, a]
inline constexpr ops::scatter_add_function segment_sum{};

/// segment_max(x, index, n): the largest element of each group, -inf for a group without rows; the same as scatter_max.
/// shapes   x [i, a], index [i] -> [n, a]
inline constexpr ops::scatter_max_function segment_max{};

/// segment_mean(x, index, n): the mean of the rows of each of n groups, 0 for a group without rows.
/// shapes   x [i, a], index [i] -> [n, a]
/// grad     in x: the row of ybar of its group, divided by the size of the group; in index: 0
/// errors   as scatter_add
inline constexpr ops::segment_mean_function segment_mean{};

/// segment_softmax(x, index, n): exp(x) / sum(exp(x)) within each of n groups of rows; NaN where all of a group are
/// -inf.
/// shapes   x [i, a], index [i] -> [i, a]
/// grad     in x: y (ybar - sum(y ybar)) within each group; in index: 0
/// errors   as scatter_add
inline constexpr ops::segment_softmax_function segment_softmax{};

} // namespace fluxpp::inline v0_1
