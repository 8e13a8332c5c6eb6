// SPDX-License-Identifier: MIT
#pragma once
// sum: the function a user calls; the operation stands beside its adjoint in broadcast.hpp.
#include "fluxpp/ops/reduction.hpp"

namespace fluxpp::inline v0_1 {

/// sum(x, axes): the sum over axes; over all of them when none are given; 0 over none.
/// shapes   x [a, b, c], axes {0, 2} -> [b]; with axes{0, 2}.kept() [1, b, 1]
/// grad     ybar, repeated over the axes
/// errors   compile: x lacks an axis
/// accuracy evaluators sum pairwise or in double: error far below n ulp of sum |x|
/// example  examples/01_gradient.cpp
inline constexpr ops::reduction<ops::sum, false> sum{};

} // namespace fluxpp::inline v0_1
