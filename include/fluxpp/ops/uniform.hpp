// SPDX-License-Identifier: MIT
#pragma once
// uniform_like: random numbers that are a function of seed, stream, step and position alone; stream: which ones.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {

/// stream{"noise"}: a name for what a call draws. Draws of one name are the same numbers, in whatever order they stand and
/// however often (they are one node if their shapes are equal); other names are independent. s.fold(i) is the i-th of a family
/// of names. A draw without a name takes the next number of its program.
struct stream {
  constexpr stream() = default;
  constexpr stream(const char* name) : key_(stream_of(name)), named_(true) {}

  constexpr stream fold(unsigned i) const {
    stream s = *this;
    s.key_ = mix(key_, i);
    return s;
  }
  /// What tells its numbers from those of others.
  constexpr std::uint32_t key(graph::tape& t) const {
    return named_ ? key_ : stream_of("draw") + static_cast<std::uint32_t>(t.draws++);
  }

private:
  std::uint32_t key_ = 0;
  bool named_ = false;
};

namespace ops {

/// uniform(): numbers in [0, 1) from the stream in attribute 0.
/// source   Salmon, Moraes, Dror & Shaw 2011, doi:10.1145/2063384.2063405
struct uniform : custom<0> {
  static constexpr auto name = "uniform";
  static constexpr bool random = true;
  static constexpr var apply(graph::tape& t, const dims& shape, const stream& s = {}) {
    return record<uniform>(t, shape, graph::make_attributes(s.key(t)));
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct uniform_like_function {
  constexpr var operator()(var x, const stream& s = {}) const { return uniform::apply(*x.tape, x.shape(), s); }
};

} // namespace ops

/// uniform_like(x, stream = {}): numbers in [0, 1) with the shape of x, new at every step of training. Calls without a
/// stream are numbered in the order in which they run, and by nothing else that a program does. Operands of one expression, and
/// arguments of one call, run in the order that the compiler likes: there, give draws a stream, or variables of their own.
/// grad     none
/// example  tests/ops/random_test.cpp
inline constexpr ops::uniform_like_function uniform_like{};

} // namespace fluxpp::inline v0_1
