// SPDX-License-Identifier: MIT
#pragma once
// uniform_like: random numbers that are a function of seed, stream, step and position alone.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// uniform(): numbers in [0, 1) from the stream in attribute 0, one stream per use.
/// source   Salmon, Moraes, Dror & Shaw 2011, doi:10.1145/2063384.2063405
struct uniform : custom<0> {
  static constexpr auto name = "uniform";
  static constexpr bool random = true;
  static constexpr var apply(graph::tape& t, const dims& shape) {
    return record<uniform>(t, shape, graph::make_attributes(t.size()));
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct uniform_like_function {
  constexpr var operator()(var x) const { return uniform::apply(*x.tape, x.shape()); }
};

} // namespace ops

/// uniform_like(x): numbers in [0, 1) with the shape of x; each call is a stream of its own, new at every training
/// step. Streams are numbered in the order of calls, which is the compiler's within one expression: give calls
/// statements of their own where another compiler must draw the same numbers.
/// grad     none
inline constexpr ops::uniform_like_function uniform_like{};

} // namespace fluxpp::inline v0_1
