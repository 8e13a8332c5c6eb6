// SPDX-License-Identifier: MIT
#pragma once
// masked_fill: elements replaced where a mask says so.
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {

/// masked_fill(x, mask, value): value where mask is not 0, x elsewhere; all three broadcast.
/// shapes   x [a, b], mask [b], value scalar -> [a, b]
/// grad     in x where mask is 0, in value elsewhere, none in mask
/// accuracy exact
constexpr var masked_fill(var x, var mask, var value, int line = __builtin_LINE()) {
  return select(mask, value, x, line);
}

} // namespace fluxpp::inline v0_1
