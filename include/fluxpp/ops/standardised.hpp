// SPDX-License-Identifier: MIT
#pragma once
// standardised: mean 0 and variance 1 over some axes; what the normalisations have in common.
#include "fluxpp/ops/rsqrt.hpp"
#include "fluxpp/ops/variance.hpp"

namespace fluxpp::inline v0_1::ops {

/// The last `trailing` axes of x, as bits; a number that x lacks is a fault.
constexpr unsigned trailing_mask(var x, int trailing) {
  const unsigned all = (1u << x.rank()) - 1;
  if (trailing >= 1 && trailing <= x.rank()) return all & ~((1u << (x.rank() - trailing)) - 1);
  x.tape->fail(graph::rule::axis, x.shape(), make_dims(trailing));
  return all;
}

/// standardised(x, mask, epsilon, rule): (x - mean) / sqrt(variance + epsilon) over the axes in a mask.
constexpr var standardised(var x, unsigned mask, double epsilon, const char* rule) {
  require_elements(x, mask, rule);
  const var v = variance::apply(x, mask, 0);
  return (x - mean::apply(x, mask)) * fluxpp::rsqrt(v + var(epsilon), x.tape->line);
}

/// A vector with a number per channel, so that it broadcasts against x [n, c, ...].
constexpr var per_channel(var v, var x) {
  dims shape;
  for (int i = 1; i < x.rank(); ++i) shape = shape.with(i == 1 && v.rank() == 1 ? v.extent(0) : 1);
  if (v.rank() == 1 && x.rank() > 1) return reshape::apply(v, shape);
  x.tape->fail(graph::rule::broadcast, x.shape(), v.shape());
  return v;
}

} // namespace fluxpp::inline v0_1::ops
