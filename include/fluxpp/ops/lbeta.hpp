// SPDX-License-Identifier: MIT
#pragma once
// lbeta: the logarithm of the beta function.
#include "fluxpp/ops/lgamma.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

struct lbeta_function {
  constexpr var operator()(var a, var b, int line = __builtin_LINE()) const {
    return fluxpp::lgamma(a, line) + fluxpp::lgamma(b, line) - fluxpp::lgamma(a + b, line);
  }
};

} // namespace ops

/// lbeta(a, b): log |beta(a, b)| = lgamma(a) + lgamma(b) - lgamma(a + b), elementwise.
/// grad     digamma(a) - digamma(a + b) in a, digamma(b) - digamma(a + b) in b
/// accuracy that of lgamma relative to the largest of the three terms: they cancel where one argument is much larger
inline constexpr ops::lbeta_function lbeta{};

} // namespace fluxpp::inline v0_1
