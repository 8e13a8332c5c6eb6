// SPDX-License-Identifier: MIT
#pragma once
// pow: powers.
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/rsqrt.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sqrt.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// A whole power n >= 1 of x by repeated squaring.
constexpr var whole_power(var x, int n) {
  if (n == 1) return x;
  const var root = whole_power(x, n / 2);
  return n % 2 == 0 ? root * root : root * root * x;
}

/// pow(x, y): x to the power y, elementwise, with C's values at zeros, infinities, NaNs and for negative x.
/// Constant exponents that are whole, from -1 to 8, become products and a quotient.
/// grad     y x^(y-1) in x, and 0 where y is 0; x^y log(x) in y: 0 where x is 0 (and y >= 0), NaN where x is negative
/// accuracy 4 ulp
struct pow : elementwise<2> {
  static constexpr auto name = "pow";
  static constexpr double domain[2]{0.01, 100};
  template <class V> static constexpr V forward(V x, V y) {
    using std::pow;
    return pow(x, y);
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V y, V z) {
    const V slope = y * operation<pow>{}(x, y - V(1));
    return {fluxpp::select(y, slope, V(0)), z * fluxpp::log(fluxpp::select(x, x, V(1)))};
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::node& exponent = t[without_broadcast(t, n.args[1])];
    if (exponent.op != &graph::constant_op) return -1;
    const double y = exponent.value;
    const var x(t, n.args[0]);
    if (y == 0) return broadcast_to(t.constant(1), dims(t.shapes()[n.shape])).id;
    if (y == -1) return (var(1.0) / x).id;
    for (int whole = 1; whole <= 8; ++whole)
      if (y == whole) return whole_power(x, whole).id;
    return -1;
  }
  static constexpr std::array samples{std::array{2.0, 3.0}, std::array{0.5, -1.5}, std::array{1.5, 0.25}};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::pow> pow{};
} // namespace fluxpp::inline v0_1
