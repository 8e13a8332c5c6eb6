// SPDX-License-Identifier: MIT
#pragma once
// Zeros in the place of derivatives.
#include "fluxpp/ops/pin.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// A zero with the shape of x.
constexpr var zeros_like(var x) { return ops::broadcast_to(x.tape->constant(0), x.shape()); }

/// A direction of x that is none in particular: what is linear in it can be transposed, or recorded for others.
constexpr var placeholder(var x) { return ops::pin::apply(zeros_like(x)); }

} // namespace fluxpp::inline v0_1::autodiff
