// SPDX-License-Identifier: MIT
#pragma once
// patch_sum, patch_put, patch_dot: weighted sums of small patches of images at places that are given as numbers.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1::ops {

/// patch_member<Op>: one of the trilinear form sum over (x, w, y) that meet: pixels x [n, c, h, w] under the patch whose
/// first pixel is (top, left) [n, q] meet weights w [n, taps^2, q] and results y [n, c, q]. What two of them give, the
/// third has. Pixels outside the image are 0. Attribute 0: taps, the edge of a patch.
/// grad     in top and left: 0
template <class Op> struct patch_member : custom<4> {
  static constexpr var apply(var a, var top, var left, var b, const dims& shape, const graph::attributes& taps) {
    return record<Op>(*a.tape, shape, taps, a, top, left, b);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    return i == 0 || i == 3 ? Op::transpose(y, ybar, i) : var{};
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    var dy;
    for (const int i : {0, 3})
      if (p.dx[i].exists()) dy = plus(dy, with_operand(y, i, p.dx[i]));
    return dy;
  }
};

/// patch_sum(x, top, left, w): y.
struct patch_sum : patch_member<patch_sum> {
  static constexpr auto name = "patch_sum";
  static constexpr var transpose(const node_view& y, var ybar, int i);
};

/// patch_put(y, top, left, w): x, zeros and what the patches add.
struct patch_put : patch_member<patch_put> {
  static constexpr auto name = "patch_put";
  static constexpr var transpose(const node_view& x, var xbar, int i);
};

/// patch_dot(x, top, left, y): w.
struct patch_dot : patch_member<patch_dot> {
  static constexpr auto name = "patch_dot";
  static constexpr var transpose(const node_view& w, var wbar, int i) {
    const var x = w.arg(0), top = w.arg(1), left = w.arg(2), y = w.arg(3);
    return i == 0 ? patch_put::apply(y, top, left, wbar, x.shape(), w.attributes())
                  : patch_sum::apply(x, top, left, wbar, y.shape(), w.attributes());
  }
};

constexpr var patch_sum::transpose(const node_view& y, var ybar, int i) {
  const var x = y.arg(0), top = y.arg(1), left = y.arg(2), w = y.arg(3);
  return i == 0 ? patch_put::apply(ybar, top, left, w, x.shape(), y.attributes())
                : patch_dot::apply(x, top, left, ybar, w.shape(), y.attributes());
}
constexpr var patch_put::transpose(const node_view& x, var xbar, int i) {
  const var y = x.arg(0), top = x.arg(1), left = x.arg(2), w = x.arg(3);
  return i == 0 ? patch_sum::apply(xbar, top, left, w, y.shape(), x.attributes())
                : patch_dot::apply(xbar, top, left, y, w.shape(), x.attributes());
}

} // namespace fluxpp::inline v0_1::ops
