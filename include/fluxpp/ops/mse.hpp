// SPDX-License-Identifier: MIT
#pragma once
// mse, l1, huber: losses of regression.
#include "fluxpp/ops/abs.hpp"
#include "fluxpp/ops/mean.hpp"
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// mean_loss<Loss>: the mean over all elements of a loss of the difference.
template <class Loss> struct mean_loss {
  constexpr var operator()(var y, var target, int line = __builtin_LINE()) const {
    return mean_of(y, target, Loss{}, line);
  }
  template <class Function> static constexpr var mean_of(var y, var target, Function loss, int line) {
    graph::at_line(y.exists() ? y : target, line);
    return fluxpp::mean(loss(y - target), axes{}, line);
  }
};

struct squared_difference {
  constexpr var operator()(var d) const { return d * d; }
};
struct absolute_difference {
  constexpr var operator()(var d) const { return fluxpp::abs(d, d.tape->line); }
};
struct huber_difference {
  double delta;
  constexpr var operator()(var d) const {
    const int line = d.tape->line;
    const var a = fluxpp::abs(d, line), near_zero = fluxpp::less(a, delta, line);
    return fluxpp::select(near_zero, var(0.5) * (d * d), var(delta) * (a - var(0.5 * delta)), line);
  }
};
struct huber_function {
  constexpr var operator()(var y, var target, double delta = 1, int line = __builtin_LINE()) const {
    return mean_loss<huber_difference>::mean_of(y, target, huber_difference{delta}, line);
  }
};

} // namespace ops

/// mse(y, target): the mean square difference.
/// shapes   any that broadcast -> scalar
/// range    [0, inf)
inline constexpr ops::mean_loss<ops::squared_difference> mse{};

/// l1(y, target): the mean absolute difference.
/// shapes   any that broadcast -> scalar
/// grad     grad at 0 is 0
/// range    [0, inf)
inline constexpr ops::mean_loss<ops::absolute_difference> l1{};

/// huber(y, target, delta = 1): the mean of d^2 / 2 for differences below delta, of delta (|d| - delta / 2) beyond.
/// shapes   any that broadcast -> scalar
/// range    [0, inf)
/// source   Huber 1964, doi:10.1214/aoms/1177703732
inline constexpr ops::huber_function huber{};

} // namespace fluxpp::inline v0_1
