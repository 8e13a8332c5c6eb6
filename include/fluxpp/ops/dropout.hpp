// SPDX-License-Identifier: MIT
#pragma once
// dropout: a random part of the elements set to zero, the others scaled up.
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/uniform.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct dropout_function {
  constexpr var operator()(var x, var rate, const stream& s, int line) const {
    if (x.is_number() || (rate.is_number() && rate.number == 0)) return x;
    graph::at_line(x, line);
    const var kept = fluxpp::greater_equal(uniform::apply(*x.tape, x.shape(), s), rate, line);
    // Where nothing is kept the scale is 1: an infinite one would make derivatives of 0 NaN.
    const var share = fluxpp::select(fluxpp::less(rate, 1.0, line), var(1.0) - rate, 1.0, line);
    return fluxpp::select(kept, x * (var(1.0) / share), 0.0, line);
  }
};

} // namespace ops

/// dropout(x, rate, stream = {}): every element is 0 with probability rate, else x / (1 - rate); rate is a number or a scalar.
/// shapes   x [a, b] -> [a, b]
/// grad     ybar / (1 - rate) where x is kept; 0 everywhere at a rate of 1
/// source   Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, JMLR 15
constexpr var dropout(var x, var rate, const stream& s = {}, int line = __builtin_LINE()) {
  return ops::dropout_function{}(x, rate, s, line);
}

} // namespace fluxpp::inline v0_1
