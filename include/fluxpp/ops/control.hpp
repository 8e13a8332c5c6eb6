// SPDX-License-Identifier: MIT
#pragma once
// checkpoint, cond, while_loop: parts of a program that are computed again, or only if, or as long as.
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/reshape.hpp"
#include "fluxpp/ops/scan.hpp"

namespace fluxpp::inline v0_1 {

/// while_options: at most so many runs; derivatives keep room for all of them.
struct while_options {
  int most = 0;
};

namespace ops {

/// The values of v with an axis of extent 1 more in front, or without the first axis.
constexpr var with_axis(var v) {
  dims shape = make_dims(1);
  for (int a = 0; a < v.rank(); ++a) shape = shape.with(v.shape()[a]);
  return reshape::apply(v, shape);
}
constexpr var without_axis(var v) {
  dims shape;
  for (int a = 1; a < v.rank(); ++a) shape = shape.with(v.shape()[a]);
  return reshape::apply(v, shape);
}

/// once(t, f, args, options, most): f(args...) as a region with one run, or none and zeros where `most` is 0.
template <class F, class Arguments>
constexpr auto once(graph::tape& t, const F& f, const Arguments& args, scan_options o = {}, var most = {}) {
  o.runs = 1;
  list<var> arrays;
  for (const var& v : vars_of(t, args)) arrays.push(with_axis(v));
  int at = 0;
  const auto run = [&f](const auto&, const auto& elements) {
    return std::tuple{std::tuple{}, std::apply(f, elements), var()};
  };
  const auto out = run_region(t, run, std::tuple{}, like<Arguments>(arrays, at), o, most).second;
  list<var> results;
  for (const var& v : vars_of(t, out)) results.push(without_axis(v));
  at = 0;
  return like<std::remove_cvref_t<decltype(out)>>(results, at);
}

/// A condition, which must be a scalar.
constexpr var scalar_condition(graph::tape& t, var condition) {
  if (condition.rank() != 0) t.fail(graph::rule::condition, condition.shape(), {});
  return condition.rank() == 0 ? condition : t.constant(0);
}

struct checkpoint_function {
  template <class F, class... A> constexpr auto operator()(const F& f, const A&... args) const {
    return once(tape_of_call("checkpoint", 0, args...), f, std::tuple{args...}, {.recompute = true});
  }
};

struct cond_function {
  template <class Then, class Else, class... A>
  constexpr auto operator()(graph::located choice, const Then& then, const Else& otherwise, const A&... args) const {
    const var condition = choice.value;
    graph::tape& t = tape_of_call("cond", choice.line, condition, args...);
    const var yes = fluxpp::not_equal(scalar_condition(t, condition), 0.0, t.line);
    const auto a = once(t, then, std::tuple{args...}, {}, yes),
               b = once(t, otherwise, std::tuple{args...}, {}, 1.0 - yes);
    list<var> results;
    const list<var> left = vars_of(t, a), right = vars_of(t, b);
    for (int i = 0; i < left.size(); ++i) results.push(left[i] + right[i < right.size() ? i : 0]);
    int at = 0;
    return like<std::remove_cvref_t<decltype(a)>>(results, at);
  }
};

struct while_function {
  template <class Condition, class Body, class Carry>
  constexpr auto operator()(const Condition& condition, const Body& body, const Carry& carry, while_options o,
                            int line = __builtin_LINE()) const {
    graph::tape& t = tape_of_call("while_loop", line, carry);
    const auto run = [&](const auto& c, const auto&) {
      const auto next = body(c);
      return std::tuple{next, std::tuple{}, scalar_condition(t, condition(next))};
    };
    const var begins = fluxpp::not_equal(scalar_condition(t, condition(carry)), 0.0, t.line);
    return run_region(t, run, carry, std::tuple{}, {.runs = o.most}, begins * static_cast<double>(o.most)).first;
  }
};

} // namespace ops

/// checkpoint(f, args...): f(args...), of which nothing but the arguments is kept for derivatives: they compute it again.
/// grad     as f
/// source   Griewank & Walther 2000, Algorithm 799: revolve; Chen, Xu, Zhang & Guestrin 2016, arXiv:1604.06174
inline constexpr ops::checkpoint_function checkpoint{};

/// cond(condition, f, g, args...): f(args...) where the scalar condition is not 0, else g(args...); the other one is not
/// computed. For an element-by-element choice see select.
/// shapes   f and g give the same shapes
/// grad     that of what was computed
/// errors   compile: the condition is no scalar
inline constexpr ops::cond_function cond{};

/// while_loop(condition, body, carry, {.most = n}): carry = body(carry) as long as condition(carry) is not 0, at most n
/// times; a var or a tuple of such.
/// grad     through all runs, of any order; room is kept for n of them where it is asked for
/// errors   compile: the condition is no scalar, the body changes the shape of the carry
inline constexpr ops::while_function while_loop{};

} // namespace fluxpp::inline v0_1
