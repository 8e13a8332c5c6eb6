// SPDX-License-Identifier: MIT
#pragma once
// Derivatives along many directions in one program: the value is computed once, the directions are an axis of the arrays.
#include "fluxpp/autodiff/many.hpp"
#include "fluxpp/autodiff/transforms.hpp"

namespace fluxpp::inline v0_1 {
namespace autodiff {

/// The number of directions: rows of the matrices in s, of which each has a column for each element of its x.
constexpr int direction_count(graph::tape& t, const list<var>& x, const list<var>& s) {
  int count = 1;
  for (int i = 0, seen = 0; i < s.size(); ++i) {
    if (!s[i].exists()) continue;
    const bool fits = s[i].rank() == 2 &&
                      ops::same_extent(t, s[i].extent(1), ops::element_count(t, x[i].shape()), "directions") &&
                      (seen++ == 0 || ops::same_extent(t, s[i].extent(0), count, "directions"));
    if (!fits) t.fail(graph::rule::directions, x[i].shape(), s[i].shape());
    count = fits ? s[i].extent(0) : count;
  }
  return t.extents.resolve(count);
}

/// Row k of a matrix of directions, as an array.
constexpr var direction_at(var s, int k, const dims& shape) {
  return s.exists() ? ops::reshape::apply(ops::slice_function{}(s, 0, k, k + 1), shape) : var{};
}
/// An array as one row.
constexpr var row_of(var y) { return ops::reshape::apply(y, make_dims(1, ops::element_count(*y.tape, y.shape()))); }

/// along_rows<Of>: of(dx), derivatives for directions dx of the vars in x, along each row of the matrices in s.
template <class Of> class along_rows {
public:
  constexpr along_rows(graph::tape& t, const list<var>& x, const list<var>& s, const Of& of)
      : t_(&t), x_(x), s_(s), of_(of), count_(direction_count(t, x, s)) {}

  /// A row for each direction, a column for each element of what `of` gives.
  constexpr var matrix() const {
    if (count_ == 1) return row(0);
    if (const var all = at_once(); all.exists()) return all;
    if (count_ < 0) t_->fail(graph::rule::direction_count, s_[0].shape(), {});
    list<var> rows;
    for (int k = 0; k < (count_ < 0 ? 1 : count_); ++k) rows.push(row(k));
    return ops::concat_function{}(rows, 0);
  }

private:
  constexpr var row(int k) const {
    list<var> dx, parts;
    for (int i = 0; i < s_.size(); ++i) dx.push(direction_at(s_[i], k, x_[i].shape()));
    for (const var& y : of_(dx)) parts.push(row_of(y));
    return ops::concat_function{}(parts, 1);
  }
  constexpr dims with_directions(const dims& shape) const { return shape.replaced(0, 0, make_dims(count_)); }
  /// Nothing where there is no room for an axis of directions.
  constexpr var at_once() const {
    list<var> dx, parts;
    for (int i = 0; i < s_.size(); ++i) {
      if (s_[i].exists() && x_[i].rank() == max_rank) return {};
      dx.push(s_[i].exists() ? placeholder(x_[i]) : var{});
    }
    const list<var> y = of_(dx);
    many all(*t_, count_);
    for (int i = 0; i < s_.size(); ++i)
      if (s_[i].exists()) all.put(dx[i], ops::reshape::apply(s_[i], with_directions(x_[i].shape())));
    if (!all.record()) return {};
    for (const var& v : y)
      parts.push(ops::reshape::apply(all(v), make_dims(count_, ops::element_count(*t_, v.shape()))));
    return ops::concat_function{}(parts, 1);
  }

  graph::tape* t_;
  const list<var>&x_, &s_;
  const Of& of_;
  int count_;
};
template <class Of> constexpr var along(graph::tape& t, const list<var>& x, const list<var>& s, const Of& of) {
  return along_rows<Of>(t, x, s, of).matrix();
}

/// products: what the transforms below share: they give one matrix.
template <class F, text... Wrt> struct products {
  using function = F;
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return get.template operator()<0>();
  }

protected:
  /// The arguments that come first, without those for directions.
  static constexpr list<var> first(const list<var>& args, int n) {
    list<var> x;
    for (int i = 0; i < n; ++i) x.push(args[i]);
    return x;
  }
  static constexpr list<var> rest(const list<var>& args, int n) {
    list<var> s;
    for (int i = n; i < args.size(); ++i) s.push(args[i]);
    return s;
  }
  static constexpr list<var> one(var y) {
    list<var> out;
    out.push(y);
    return out;
  }
};

/// products_of_arguments: the arguments are those of F, then a matrix of directions for each that is wanted.
template <class F, text... Wrt> struct products_of_arguments : products<F> {
  static constexpr int wanted = sizeof...(Wrt);
  template <int N> static constexpr int from_function = N + (wanted == 0 ? N : wanted);

protected:
  template <int Given> static constexpr int arguments = wanted == 0 ? Given / 2 : Given - wanted;
};

/// jvps: J s for each row s.
template <class F, text... Wrt> struct jvps_transform : products_of_arguments<F, Wrt...> {
  template <int Given> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    constexpr int n = jvps_transform::template arguments<Given>;
    const list<var> all = pinned(products<F>::first(args, n)), x = chosen(all, positions<F, n, Wrt...>());
    const list<var> y = products<F>::one(graph::call<F, n>(t, all));
    require_real(t, y);
    require_real(t, x);
    return products<F>::one(
        along(t, x, products<F>::rest(args, n), [&](const list<var>& dx) { return tangent(t, y, x, dx); }));
  }
};

/// hvps: H s for each row s.
template <class F, text... Wrt> struct hvps_transform : products_of_arguments<F, Wrt...> {
  template <int Given> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    constexpr int n = hvps_transform::template arguments<Given>;
    const list<int> at = positions<F, n, Wrt...>();
    const list<var> all = pinned(products<F>::first(args, n)), x = chosen(all, at);
    const list<var> g = products<F>::rest(value_and_gradient_of<F, n>(t, all, at), 1);
    return products<F>::one(
        along(t, x, products<F>::rest(args, n), [&](const list<var>& dx) { return tangent(t, g, x, dx); }));
  }
};

/// vjps: s J for each row s.
template <class F, text... Wrt> struct vjps_transform : products<F> {
  template <int N> static constexpr int from_function = N + 1;
  template <int Given> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    constexpr int n = Given - 1;
    const list<var> all = pinned(products<F>::first(args, n)), x = chosen(all, positions<F, n, Wrt...>());
    const var y = graph::call<F, n>(t, all);
    require_real(t, products<F>::one(y));
    require_real(t, x);
    return products<F>::one(along(t, products<F>::one(y), products<F>::rest(args, n),
                                  [&](const list<var>& ybar) { return adjoint(t, y, ybar[0], x); }));
  }
};

} // namespace autodiff
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::jvps<"x">(f)(args..., s...): the derivatives of f along many directions, in one program; s has a matrix for each named
/// argument (for all, if none is named): a row for each direction, a column for each element. fx::zero is no direction.
/// shapes   s [k, n] -> [k, m], n the elements of the argument, m those of the result
/// errors   compile: another shape; a number of directions that the type must tell and does not; run: so (shape_error)
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto jvps(F, Tag = {}) {
  return callable<autodiff::jvps_transform<typename autodiff::requirements<F, Wrt...>::function, Wrt...>, Tag>{};
}
/// fx::vjps<"x">(f)(args..., s): the cotangents of the named arguments (all, if none is named) for many cotangents of the
/// result, in one program; s has a row for each, and a column for each element of the result.
/// shapes   s [k, m] -> [k, n], n the elements of the named arguments, one after the other in order of the names
/// errors   as fx::jvps
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto vjps(F, Tag = {}) {
  return callable<autodiff::vjps_transform<typename autodiff::requirements<F, Wrt...>::function, Wrt...>, Tag>{};
}
/// fx::hvps<"x">(f)(args..., s...): the Hessian of f applied to many directions, in one program; s as of fx::jvps.
/// shapes   s [k, n] for each -> [k, n], n the elements of the named arguments, one after the other
/// errors   as fx::jvps
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto hvps(F, Tag = {}) {
  return callable<autodiff::hvps_transform<typename autodiff::requirements<F, Wrt...>::function, Wrt...>, Tag>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
