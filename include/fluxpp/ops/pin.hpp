// SPDX-License-Identifier: MIT
#pragma once
// pin: a view of a value that is equal to no other node, so that a nested derivative can be taken with respect to it.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1::ops {

/// pin(x): x itself under a number of its own (attribute 0); hash-consing never merges it with x or another pin.
/// grad     ybar
struct pin : custom<1> {
  static constexpr auto name = "pin";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var x) {
    return record<pin>(*x.tape, x.shape(), graph::make_attributes(x.tape->size()), x);
  }
  static constexpr var vjp(const node_view&, var ybar, int) { return ybar; }
  static constexpr var jvp(const node_view&, const pushforward& p) { return p.dx[0]; }
};

} // namespace fluxpp::inline v0_1::ops
