// SPDX-License-Identifier: MIT
#pragma once
// custom_vjp, custom_jvp: functions with a derivative that the user states; the other mode follows by transposition.
#include "fluxpp/autodiff/adjoint.hpp"
#include "fluxpp/graph/function.hpp"
#include "fluxpp/ops/stop_gradient.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// listed(x, before): x, and after it the arguments before; a view that no derivative passes.
struct listed : custom<2> {
  static constexpr auto name = "listed";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr bool integer = true;
  static constexpr var apply(var x, var before) { return record<listed>(*x.tape, x.shape(), {}, x, before); }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

/// ruled(y, x, all): y, whose derivative by argument x (number: attribute 0) of N, all of them listed, is that of the Rule. One
/// for each argument, around each other, stand for a function of them; the program that is left has none of them.
template <class Rule, int N> struct ruled : custom<3> {
  static constexpr auto name = "ruled";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var y, const list<var>& x) {
    var all;
    for (const var& v : x) all = listed::apply(v, all);
    for (int i = 0; i < N; ++i) y = record<ruled>(*y.tape, y.shape(), graph::make_attributes(i), y, x[i], all);
    return y;
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    if (i == 0) return ybar;
    return i == 1 ? Rule::template pull<N>(arguments(y), y.result(), ybar, y.attr(0)) : var{};
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    if (!p.dx[1].exists()) return p.dx[0];
    return plus(p.dx[0], Rule::template push<N>(arguments(y), y.result(), p.dx[1], y.attr(0)));
  }

private:
  static constexpr list<var> arguments(const node_view& y) {
    list<var> x;
    x.assign(N, {});
    for (int i = N - 1, id = y.node.args[2]; i >= 0; id = (*y.tape)[id].args[1], --i)
      x[i] = {*y.tape, (*y.tape)[id].args[0]};
    return x;
  }
};

} // namespace ops

namespace autodiff {

/// What a user's rule returned, number i of it, with the shape that it must have.
template <class R> constexpr var returned(const R& r, int i, var like) {
  graph::tape& t = *like.tape;
  var v;
  if constexpr (std::is_convertible_v<R, var>) v = r;
  else v = r[static_cast<std::size_t>(i)];
  return ops::fitted(v.exists() ? v : t.constant(v.number), like.shape(), "custom_vjp", graph::rule::custom_rule);
}

/// backward_rule<Backward>: states the cotangents; tangents are their transpose.
template <class Backward> struct backward_rule {
  template <int N> static constexpr var pull(const list<var>& x, var y, var ybar, int i) {
    return [&]<int... I>(std::integer_sequence<int, I...>) { return returned(Backward{}(x[I]..., y, ybar), i, x[i]); }
    (std::make_integer_sequence<int, N>{});
  }
  template <int N> static constexpr var push(const list<var>& x, var y, var dx, int i) {
    list<var> ybar;
    ybar.push(placeholder(y));
    return adjoint(*y.tape, pull<N>(x, y, ybar[0], i), dx, ybar)[0];
  }
};

/// forward_rule<Forward>: states the tangent; cotangents are its transpose.
template <class Forward> struct forward_rule {
  template <int N> static constexpr var push(const list<var>& x, var y, var dx, int i) {
    const auto along = [&](int k) { return k == i ? dx : zeros_like(x[k]); };
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      return returned(Forward{}(x[I]..., y, along(I)...), 0, y);
    }
    (std::make_integer_sequence<int, N>{});
  }
  template <int N> static constexpr var pull(const list<var>& x, var y, var ybar, int i) {
    list<var> dx;
    dx.push(placeholder(x[i]));
    return adjoint(*y.tape, push<N>(x, y, dx[0], i), ybar, dx)[0];
  }
};

/// ruled_function<F, Rule>: F with the derivatives of Rule.
template <class F, class Rule> struct ruled_function {
  template <class... V> constexpr var operator()(V... args) const {
    const list<var> x = graph::on_one_tape(var(args)...);
    const var y = graph::call<F, sizeof...(V)>(*graph::tape_of(x), x);
    return ops::ruled<Rule, sizeof...(V)>::apply(fluxpp::stop_gradient(y), x);
  }
};

} // namespace autodiff

template <class F, class Rule> struct names_of<autodiff::ruled_function<F, Rule>> : names_of<F> {};

/// custom_vjp(f, backward): f, whose cotangents are backward(x..., y, ybar): one for each argument, as a std::array of vars, or
/// the one itself. Forward mode takes the transpose, at ybar = 0 where backward is not linear in ybar (clipped gradients).
/// errors   compile: a cotangent without the shape of its argument; a rule that captures
/// example  examples/06_own_gradient.cpp
template <class F, class Backward> constexpr auto custom_vjp(F, Backward) {
  static_assert(traceable<F> && traceable<Backward>,
                "fluxpp::custom_vjp(f, backward): f and backward must not capture; pass values as arguments");
  return autodiff::ruled_function<F, autodiff::backward_rule<Backward>>{};
}

/// custom_jvp(f, forward): f, whose tangent is forward(x..., y, dx...), linear in dx. Reverse mode takes the transpose.
/// errors   compile: a tangent without the shape of the result; a rule that captures
template <class F, class Forward> constexpr auto custom_jvp(F, Forward) {
  static_assert(traceable<F> && traceable<Forward>,
                "fluxpp::custom_jvp(f, forward): f and forward must not capture; pass values as arguments");
  return autodiff::ruled_function<F, autodiff::forward_rule<Forward>>{};
}

} // namespace fluxpp::inline v0_1
