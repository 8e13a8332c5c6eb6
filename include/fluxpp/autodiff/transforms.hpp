// SPDX-License-Identifier: MIT
#pragma once
// Derivatives as transforms of functions: value, gradient, directional derivatives, Hessian-vector products.
#include "fluxpp/autodiff/gradients.hpp"
#include "fluxpp/autodiff/tangent.hpp"
#include "fluxpp/graph/function.hpp"
#include "fluxpp/ops/pin.hpp"

namespace fluxpp::inline v0_1 {

namespace autodiff {

/// The positions that the names in Wrt have among the arguments of F; all of them when none is given.
template <class F, int N, text... Wrt> constexpr list<int> positions() {
  using all = typename names_of<F>::type;
  list<int> at;
  (at.push(all::template at<Wrt> < 0 ? 0 : all::template at<Wrt>), ...);
  if (sizeof...(Wrt) == 0)
    for (int i = 0; i < N; ++i) at.push(i);
  return at;
}

/// Stand-ins for arguments that are not inputs of the program, so that two equal arguments are differentiated apart.
constexpr list<var> pinned(const list<var>& args) {
  list<var> out;
  for (const var& a : args) {
    bool seen = (*a.tape)[a.id].op != &graph::input_op;
    for (const var& before : out) seen = seen || before.id == a.id;
    out.push(seen ? ops::pin::apply(a) : a);
  }
  return out;
}
constexpr list<var> chosen(const list<var>& args, const list<int>& at) {
  list<var> out;
  for (int i : at) out.push(args[i]);
  return out;
}
constexpr void require_real(graph::tape& t, const list<var>& x) {
  for (const var& v : x)
    if (t.integer(v.id)) t.fail(graph::rule::integer_gradient, v.shape(), {});
}
constexpr void require_scalar(graph::tape& t, var y) {
  if (!y.shape().single()) t.fail(graph::rule::scalar_gradient, y.shape(), {});
  if (t.integer(y.id)) t.fail(graph::rule::integer_gradient, y.shape(), {});
}

/// Value of F and its gradient with respect to the arguments at these positions.
template <class F, int N>
constexpr list<var> value_and_gradient_of(graph::tape& t, const list<var>& args, const list<int>& at) {
  const list<var> x = pinned(args);
  const var y = graph::call<F, N>(t, x);
  require_scalar(t, y);
  require_real(t, chosen(x, at));
  list<var> out;
  out.push(y);
  out.append(chosen(adjoint(t, y, t.constant(1), x), at)); // with respect to all, so that arguments stay apart
  return out;
}

/// compile(f): the value alone.
template <class F> struct value_transform {
  using function = F;
  template <int N> static constexpr int from_function = N;
  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> out;
    out.push(graph::call<F, N>(t, args));
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return get.template operator()<0>();
  }
};

template <class F, bool WithValue, text... Wrt> struct gradient_transform {
  using function = F;
  template <int N> static constexpr int from_function = N;
  template <int N> static constexpr int count = sizeof...(Wrt) == 0 ? N : static_cast<int>(sizeof...(Wrt));
  using wrt_names = std::conditional_t<sizeof...(Wrt) == 0, typename names_of<F>::type, names<Wrt...>>;

  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    const list<var> all = value_and_gradient_of<F, N>(t, args, positions<F, N, Wrt...>());
    list<var> out;
    for (int i = WithValue ? 0 : 1; i < all.size(); ++i) out.push(all[i]);
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    if constexpr (WithValue) return value_then_gradients<count<N>, wrt_names, T>(get);
    else return gradients_or_one<count<N>, wrt_names, T>(get);
  }
};

/// jvp: arguments are the primals, then a tangent for each.
template <class F> struct jvp_transform {
  using function = F;
  template <int N> static constexpr int from_function = 2 * N;
  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals, dx;
    for (int i = 0; i < N / 2; ++i) primals.push(args[i]), dx.push(args[N / 2 + i]);
    const list<var> x = pinned(primals);
    list<var> y;
    y.push(graph::call<F, N / 2>(t, x));
    require_real(t, y);
    list<var> out = y;
    out.append(tangent(t, y, x, dx));
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return value_and_tangent<decltype(get.template operator()<0>())>{get.template operator()<0>(),
                                                                     get.template operator()<1>()};
  }
};

/// vjp: arguments are the primals, then the cotangent of the result.
template <class F, text... Wrt> struct vjp_transform {
  using function = F;
  template <int N> static constexpr int from_function = N + 1;
  using wrt_names = std::conditional_t<sizeof...(Wrt) == 0, typename names_of<F>::type, names<Wrt...>>;
  template <int N> static constexpr int count = sizeof...(Wrt) == 0 ? N - 1 : static_cast<int>(sizeof...(Wrt));

  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals;
    for (int i = 0; i < N - 1; ++i) primals.push(args[i]);
    const list<var> x = pinned(primals);
    const var y = graph::call<F, N - 1>(t, x);
    list<var> out;
    out.push(y);
    require_real(t, out);
    out.append(chosen(adjoint(t, y, args[N - 1], x), positions<F, N - 1, Wrt...>()));
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return value_then_gradients<count<N>, wrt_names, T>(get);
  }
};

/// hvp: arguments are the primals, then a tangent for each; the result is the Hessian applied to the tangents.
template <class F, text... Wrt> struct hvp_transform {
  using function = F;
  template <int N> static constexpr int from_function = 2 * N;
  using wrt_names = std::conditional_t<sizeof...(Wrt) == 0, typename names_of<F>::type, names<Wrt...>>;
  template <int N> static constexpr int count = sizeof...(Wrt) == 0 ? N / 2 : static_cast<int>(sizeof...(Wrt));

  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals, dx;
    for (int i = 0; i < N / 2; ++i) primals.push(args[i]), dx.push(args[N / 2 + i]);
    const list<var> x = pinned(primals);
    const list<var> all = value_and_gradient_of<F, N / 2>(t, x, positions<F, N / 2, Wrt...>());
    list<var> g;
    for (int i = 1; i < all.size(); ++i) g.push(all[i]);
    return tangent(t, g, x, dx);
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return gradients_or_one<count<N>, wrt_names, T>(get);
  }
};

/// Stands for a function that cannot be compiled, so that one error stays one.
struct no_function {
  template <class... V> constexpr var operator()(V...) const { return 0.0; }
};
template <class F> using traceable_t = std::conditional_t<traceable<F>, F, no_function>;

/// What must hold of a function before a derivative of it is made.
template <class F, text... Wrt> struct requirements {
  static_assert(traceable<F>,
                "fluxpp: a function to compile or differentiate must not capture; pass values as arguments");
  static_assert(((names_of<F>::type::template at<Wrt> >= 0) && ...),
                "fluxpp::grad<names>(f): each name must be a name that fx::function<names>(f) gave to an argument");
  using function = traceable_t<F>;
};

} // namespace autodiff
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::compile(f): f as a program: fused, planned, with a workspace of its own.
template <class F, class Tag = cpu_tag> constexpr auto compile(F, Tag = {}) {
  return callable<autodiff::value_transform<typename autodiff::requirements<F>::function>, Tag>{};
}
/// fx::value_and_grad<"x">(f): f and its gradient with respect to the named arguments (all, if none is named), computed
/// as one program. f must return a scalar.
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto value_and_grad(F, Tag = {}) {
  return callable<autodiff::gradient_transform<typename autodiff::requirements<F, Wrt...>::function, true, Wrt...>,
                  Tag>{};
}
/// fx::grad<"x">(f): the gradient alone.
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto grad(F, Tag = {}) {
  return callable<autodiff::gradient_transform<typename autodiff::requirements<F, Wrt...>::function, false, Wrt...>,
                  Tag>{};
}
/// fx::jvp(f)(x..., dx...): value and directional derivative.
template <class F, class Tag = cpu_tag> constexpr auto jvp(F, Tag = {}) {
  return callable<autodiff::jvp_transform<typename autodiff::requirements<F>::function>, Tag>{};
}
/// fx::vjp<"x">(f)(args..., ybar): value and the cotangents of the named arguments (all, if none is named).
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto vjp(F, Tag = {}) {
  return callable<autodiff::vjp_transform<typename autodiff::requirements<F, Wrt...>::function, Wrt...>, Tag>{};
}
/// fx::hvp<"x">(f)(x..., dx...): the Hessian of f applied to a direction (forward over reverse).
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto hvp(F, Tag = {}) {
  return callable<autodiff::hvp_transform<typename autodiff::requirements<F, Wrt...>::function, Wrt...>, Tag>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
