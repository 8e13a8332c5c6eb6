// SPDX-License-Identifier: MIT
#pragma once
// det, slogdet, logdet: determinants.
#include "fluxpp/ops/linalg/lu.hpp"
#include "fluxpp/ops/log.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// determinant<Logarithm>(f, a): det(a) or log |det(a)| of factored matrices.
/// grad     a'^-1 ybar, for det times det(a)
template <bool Logarithm> struct determinant : custom<2> {
  static constexpr auto name = Logarithm ? "lu_log_det" : "lu_det";
  static constexpr var apply(var a) {
    return record<determinant>(*a.tape, lead_of(a.shape()), {}, lu_factor::apply(a), a);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    return i == 1 ? reshape::apply(ybar, matrix_shape(ybar.shape(), 1, 1)) * slope(y) : var{};
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    if (!p.dx[1].exists()) return {};
    const unsigned last = 3u << y.shape().rank;
    return squeezed(sum::apply(slope(y) * p.dx[1], last), last, {});
  }

private:
  static constexpr var slope(const node_view& y) {
    const var back = inverse_of(y.arg(1), true, Logarithm ? solver::slogdet : solver::det);
    return Logarithm ? back : back * reshape::apply(y.result(), matrix_shape(y.shape(), 1, 1));
  }
};

/// lu_sign(f): the sign of the determinant of factored matrices, -1, 0 or 1.
struct lu_sign : custom<1> {
  static constexpr auto name = "lu_sign";
  static constexpr bool integer = true;
  static constexpr var apply(var a) { return record<lu_sign>(*a.tape, lead_of(a.shape()), {}, lu_factor::apply(a)); }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

/// A determinant as its sign and the logarithm of its magnitude.
struct sign_and_log {
  var sign, logabsdet;
};

struct det_function {
  constexpr var operator()(var a, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    return require_square(a) ? determinant<false>::apply(a) : a;
  }
};
struct slogdet_function {
  constexpr sign_and_log operator()(var a, int line = __builtin_LINE()) const {
    graph::at_line(a, line);
    if (!require_square(a)) return {a, a};
    return {lu_sign::apply(a), determinant<true>::apply(a)};
  }
};
/// NaN where the determinant is negative.
struct logdet_function {
  constexpr var operator()(var a, int line = __builtin_LINE()) const {
    const auto [sign, logarithm] = slogdet_function{}(a, line);
    return logarithm + fluxpp::log(fluxpp::select(sign, sign, 1.0, line), line);
  }
};

} // namespace ops

/// det(a): the determinant; 0 for a singular matrix.
/// shapes   a [.., n, n] -> [..]
/// grad     ybar det(a) a'^-1
/// errors   compile: a is not square; run: so with named extents (shape_error), a has a NaN, or the derivative is asked
///          for and a is singular (value_error)
/// accuracy as solve; overflows where slogdet does not
/// source   Giles 2008, Collected matrix derivative results
inline constexpr ops::det_function det{};

/// slogdet(a): {sign, logabsdet}, with det(a) = sign exp(logabsdet); 0 and -infinity for a singular matrix.
/// shapes   a [.., n, n] -> twice [..]
/// grad     ybar a'^-1 of the logarithm, none of the sign
/// errors   as det
inline constexpr ops::slogdet_function slogdet{};

/// logdet(a): log(det(a)); -infinity where det(a) is 0, NaN where it is negative.
/// shapes   a [.., n, n] -> [..]
/// grad     ybar a'^-1
/// errors   as det
inline constexpr ops::logdet_function logdet{};

} // namespace fluxpp::inline v0_1
