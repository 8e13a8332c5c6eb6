// SPDX-License-Identifier: MIT
#pragma once
// group_norm, instance_norm: the channels of each image brought to mean 0 and variance 1, in groups or one by one.
#include "fluxpp/ops/standardised.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// x [n, c, ...] under the extents [n, groups, elements of a group]; groups that do not divide the channels are a fault.
constexpr var in_groups(var x, int groups) {
  graph::extent_table& extents = x.tape->extents;
  const int channels = extents.resolve(x.extent(1));
  if (groups < 1 || (channels >= 0 && channels % groups != 0)) {
    x.tape->fail(graph::rule::groups, x.shape(), make_dims(groups));
    groups = 1;
  }
  const int share = extents.quotient(channels, groups);
  extents.equate(channels, extents.product(share, groups), "group_norm", x.tape->line);
  dims group = x.shape();
  group[0] = 1, group[1] = share;
  return reshape::apply(x, make_dims(x.extent(0), groups, element_count(*x.tape, group)));
}

struct group_norm_function {
  constexpr var operator()(var x, int groups, var scale, var shift, double epsilon = 1e-5,
                           int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() < 2) {
      x.tape->fail(graph::rule::rank, x.shape(), make_dims(groups));
      return x;
    }
    const var y = standardised(in_groups(x, groups), 4u, epsilon, "group_norm");
    return reshape::apply(y, x.shape()) * per_channel(scale, x) + per_channel(shift, x);
  }
};

struct instance_norm_function {
  constexpr var operator()(var x, var scale, var shift, double epsilon = 1e-5, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() < 3) {
      x.tape->fail(graph::rule::rank, x.shape(), make_dims(3));
      return x;
    }
    const var y = standardised(x, trailing_mask(x, x.rank() - 2), epsilon, "instance_norm");
    return y * per_channel(scale, x) + per_channel(shift, x);
  }
};

} // namespace ops

/// group_norm(x, groups, scale, shift, epsilon = 1e-5): mean 0 and variance 1 over each of so many groups of channels of
/// each image, then scaled and shifted by channel.
/// shapes   x [n, c, ...], scale and shift [c] -> x's
/// errors   compile: groups do not divide the channels, a group is empty; run: so with named extents (shape_error)
/// source   Wu & He 2018, arXiv:1803.08494
inline constexpr ops::group_norm_function group_norm{};

/// instance_norm(x, scale, shift, epsilon = 1e-5): mean 0 and variance 1 over each channel of each image, then scaled and
/// shifted by channel.
/// shapes   x [n, c, ...], scale and shift [c] -> x's
/// errors   compile: x has no axes behind its channels, they are empty
/// source   Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022
inline constexpr ops::instance_norm_function instance_norm{};

} // namespace fluxpp::inline v0_1
