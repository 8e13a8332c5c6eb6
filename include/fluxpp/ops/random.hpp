// SPDX-License-Identifier: MIT
#pragma once
// normal_like, gumbel_like, bernoulli, categorical, permutation: random numbers made of uniform ones; for
// streams see uniform_like.
#include "fluxpp/ops/argmax.hpp"
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/maximum.hpp"
#include "fluxpp/ops/sin.hpp"
#include "fluxpp/ops/sort.hpp"
#include "fluxpp/ops/sqrt.hpp"
#include "fluxpp/ops/uniform.hpp"

#include <numbers>

namespace fluxpp::inline v0_1 {
namespace ops {

struct normal_like_function {
  constexpr var operator()(var x, const stream& s = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const var u = uniform_like_function{}(x, s.fold(0)), turn = uniform_like_function{}(x, s.fold(1));
    const var radius = fluxpp::sqrt(var(-2.0) * fluxpp::log(var(1.0) - u, line), line);
    return radius * fluxpp::cos(var(2 * std::numbers::pi) * turn, line);
  }
};

struct gumbel_like_function {
  constexpr var operator()(var x, const stream& s = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const var u = fluxpp::maximum(uniform_like_function{}(x, s), 1e-30, line); // a uniform number may be 0
    return -fluxpp::log(-fluxpp::log(u, line), line);
  }
};

struct bernoulli_function {
  constexpr var operator()(var p, const stream& s = {}, int line = __builtin_LINE()) const {
    graph::at_line(p, line);
    return fluxpp::less(uniform_like_function{}(p, s), p, line);
  }
};

struct categorical_function {
  constexpr var operator()(var logits, int axis = -1, const stream& s = {}, int line = __builtin_LINE()) const {
    return arg_reduction<false>{}(logits + gumbel_like_function{}(logits, s, line), axis, line);
  }
};

struct permutation_function {
  constexpr var operator()(var x, int axis = 0, const stream& s = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    axis = checked_axis(x, axis);
    return argsort_function{}(uniform::apply(t, make_dims(x.rank() == 0 ? 1 : x.extent(axis)), s), 0, {}, line);
  }
};

} // namespace ops

/// normal_like(x, stream = {}): normal numbers of mean 0 and variance 1 with the shape of x; mu + sigma normal_like(x) has
/// derivatives in mu and sigma.
/// grad     none in x
/// source   Box & Muller 1958, doi:10.1214/aoms/1177706645
inline constexpr ops::normal_like_function normal_like{};

/// gumbel_like(x, stream = {}): numbers of the standard Gumbel distribution with the shape of x; for logits x and a temperature t
/// softmax((x + gumbel_like(x)) / t) is a differentiable choice.
/// grad     none in x
/// source   Maddison, Tarlow & Minka 2014, arXiv:1411.0030
inline constexpr ops::gumbel_like_function gumbel_like{};

/// bernoulli(p, stream = {}): 1 with probability p, else 0, for each element of p.
/// grad     none: truth values
inline constexpr ops::bernoulli_function bernoulli{};

/// categorical(logits, axis = -1, stream = {}): an index along an axis, i with probability softmax(logits)[i].
/// shapes   logits [a, b, c], axis 1 -> [a, c]
/// grad     none: indices
/// errors   as argmax
/// source   Maddison, Tarlow & Minka 2014, arXiv:1411.0030
inline constexpr ops::categorical_function categorical{};

/// permutation(x, axis = 0, stream = {}): the indices 0, 1, ... of an axis of x in random order, as a vector.
/// shapes   x [.., n, ..] -> [n]
/// grad     none: indices
/// errors   compile: x lacks the axis
inline constexpr ops::permutation_function permutation{};

} // namespace fluxpp::inline v0_1
