// SPDX-License-Identifier: MIT
#pragma once
// logsumexp: the logarithm of a sum of exponentials, without overflow.
#include "fluxpp/ops/abs.hpp"
#include "fluxpp/ops/exp.hpp"
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/max.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/stop_gradient.hpp"
#include "fluxpp/ops/sum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// exponentials: exp(x - shift) and their sum over the axes in a mask. The shift is the largest element, or 0 where that
/// is infinite; nothing depends on it, so its derivative is 0.
/// source   Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
struct exponentials {
  var shift, each, sum;

  constexpr exponentials(var x, unsigned mask) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const int line = x.tape->line;
    const var largest = stop_gradient::apply(max::apply(x, mask));
    shift = fluxpp::select(fluxpp::less(fluxpp::abs(largest, line), inf, line), largest, 0.0, line);
    each = fluxpp::exp(x - shift, line);
    sum = ops::sum::apply(each, mask);
  }
};

struct logsumexp {
  static constexpr auto name = "logsumexp";
  static constexpr var apply(var x, unsigned mask) {
    const exponentials e(x, mask);
    return fluxpp::log(e.sum, x.tape->line) + e.shift;
  }
};

} // namespace ops

/// logsumexp(x, axes): log(sum(exp(x))), shifted by the largest element; -inf where all elements are -inf.
/// shapes   as sum
/// grad     exp(x - logsumexp(x)) ybar
/// errors   as mean
inline constexpr ops::reduction<ops::logsumexp, true> logsumexp{};

} // namespace fluxpp::inline v0_1
