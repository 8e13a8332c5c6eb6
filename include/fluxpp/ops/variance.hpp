// SPDX-License-Identifier: MIT
#pragma once
// variance: the mean square distance from the mean.
#include "fluxpp/ops/mean.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// variance(v, x, centred): v, the variance of x over the axes in attribute 0 less the correction in attribute 1, as a
/// view that knows the derivative in closed form: the share of the mean in it is zero, and need not be summed.
/// grad     in x: 2 centred / (n - correction) ybar, centred = x - mean(x); in v and centred: 0
struct variance : custom<3> {
  static constexpr auto name = "variance";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var x, unsigned mask, int correction) {
    const var centred = x - mean::apply(x, mask);
    const var v = sum::apply(centred * centred, mask) * reciprocal_count(x, mask, correction);
    return record<variance>(*x.tape, v.shape(), graph::make_attributes(mask, correction), v, x, centred);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) { return i == 1 ? slope(y) * ybar * y.arg(2) : var{}; }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    if (!p.dx[1].exists()) return {};
    return slope(y) * sum::apply(p.dx[1] * y.arg(2), static_cast<unsigned>(y.attr(0)));
  }

private:
  static constexpr var slope(const node_view& y) {
    return var(2.0) * reciprocal_count(y.arg(1), static_cast<unsigned>(y.attr(0)), y.attr(1));
  }
};

struct variance_function {
  constexpr var operator()(var x, axes over = {}, int correction = 0, int line = __builtin_LINE()) const {
    if (x.is_number()) return 0.0;
    graph::at_line(x, line);
    const unsigned mask = checked_mask(x, over);
    require_elements(x, mask, variance::name);
    return squeezed(variance::apply(x, mask, correction), mask, over);
  }
};

} // namespace ops

/// variance(x, axes, correction = 0): the mean square distance from the mean; n - correction is what the sum is divided by
/// (0: of a population, 1: unbiased from a sample).
/// shapes   as sum
/// grad     2 (x - mean(x)) / (n - correction) ybar
/// errors   as mean
/// accuracy in two passes: no cancellation
inline constexpr ops::variance_function variance{};

} // namespace fluxpp::inline v0_1
