// SPDX-License-Identifier: MIT
#pragma once
// norm: the Euclidean length.
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sqrt.hpp"
#include "fluxpp/ops/sum.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct norm {
  static constexpr auto name = "norm";
  static constexpr var apply(var x, unsigned mask) {
    const int line = x.tape->line;
    const var s = sum::apply(x * x, mask), zero = fluxpp::equal(s, 0.0, line);
    return fluxpp::select(zero, 0.0, fluxpp::sqrt(fluxpp::select(zero, 1.0, s, line), line), line);
  }
};

} // namespace ops

/// norm(x, axes): the Euclidean length, sqrt of the sum of squares; squares may overflow.
/// shapes   as sum
/// grad     x / norm(x) ybar; grad at 0 is 0
/// errors   compile: x lacks an axis
inline constexpr ops::reduction<ops::norm, false> norm{};

} // namespace fluxpp::inline v0_1
