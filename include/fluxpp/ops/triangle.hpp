// SPDX-License-Identifier: MIT
#pragma once
// tril, triu: the part of matrices below or above a diagonal.
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

template <bool Lower> struct triangle_function {
  constexpr var operator()(var x, int diagonal = 0, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() < 2) {
      t.fail(graph::rule::rank, x.shape(), make_dims(2));
      return x;
    }
    const var row = reshape::apply(iota::apply(t, x.extent(-2)), make_dims(x.extent(-2), 1));
    const var column = iota::apply(t, x.extent(-1)), edge = row + var(static_cast<double>(diagonal));
    const var kept = Lower ? fluxpp::less_equal(column, edge, line) : fluxpp::greater_equal(column, edge, line);
    return fluxpp::select(kept, x, 0.0, line);
  }
};

} // namespace ops

/// tril(x, diagonal = 0): the elements of matrices on and below a diagonal, 0 above; diagonal 1 is the one above the
/// main.
/// shapes   x [..., m, n] -> [..., m, n]
/// grad     tril(ybar, diagonal)
/// errors   compile: x has fewer than two axes
/// accuracy exact
inline constexpr ops::triangle_function<true> tril{};

/// triu(x, diagonal = 0): the elements of matrices on and above a diagonal, 0 below.
/// shapes   x [..., m, n] -> [..., m, n]
/// grad     triu(ybar, diagonal)
/// errors   as tril
/// accuracy exact
inline constexpr ops::triangle_function<false> triu{};

} // namespace fluxpp::inline v0_1
