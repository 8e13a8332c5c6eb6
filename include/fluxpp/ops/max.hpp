// SPDX-License-Identifier: MIT
#pragma once
// max, min: the largest and smallest element over axes, or of two arrays element by element.
#include "fluxpp/ops/extremum.hpp"
#include "fluxpp/ops/maximum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct max : extremum<max, graph::fold::max> {
  static constexpr auto name = "max";
};
struct min : extremum<min, graph::fold::min> {
  static constexpr auto name = "min";
};

/// reduction or pairwise operation, by what the second argument is: axes (an int is one axis) or a value.
template <class Op, class Pairwise> struct reduction_or_pairwise : reduction<Op, true> {
  using reduction<Op, true>::operator();
  constexpr var operator()(var a, std::same_as<var> auto b, int line = __builtin_LINE()) const {
    return operation<Pairwise>{}(a, b, line);
  }
  constexpr var operator()(var a, std::floating_point auto b, int line = __builtin_LINE()) const {
    return operation<Pairwise>{}(a, var(b), line);
  }
};

} // namespace ops

/// max(x, axes): the largest element over axes, NaN if one is NaN; max(a, b) with values is maximum(a, b).
/// shapes   as sum
/// grad     ybar at the first largest element, 0 elsewhere
/// errors   compile: x lacks an axis, an axis is empty; run: a named axis is empty (shape_error)
/// accuracy exact
inline constexpr ops::reduction_or_pairwise<ops::max, ops::maximum> max{};

/// min(x, axes): the smallest element over axes, NaN if one is NaN; min(a, b) with values is minimum(a, b).
/// shapes   as sum
/// grad     ybar at the first smallest element, 0 elsewhere
/// errors   as max
/// accuracy exact
inline constexpr ops::reduction_or_pairwise<ops::min, ops::minimum> min{};

} // namespace fluxpp::inline v0_1
