// SPDX-License-Identifier: MIT
#pragma once
// The rule of operations that are linear in one operand, while the others only say where.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {

/// linear_in<Op, N, K>: an operation of N operands, linear in operand K; Op states transpose(y, ybar), its adjoint.
/// grad     in the other operands: 0
template <class Op, int Arity, int Operand> struct linear_in : custom<Arity> {
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    return i == Operand ? Op::transpose(y, ybar) : var{};
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return p.dx[Operand].exists() ? ops::with_operand(y, Operand, p.dx[Operand]) : var{};
  }
};

} // namespace fluxpp::inline v0_1
