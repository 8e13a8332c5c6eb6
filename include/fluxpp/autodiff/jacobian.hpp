// SPDX-License-Identifier: MIT
#pragma once
// Jacobians and Hessians, a column or a row at a time: one compiled directional derivative, run along every direction.
#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/core/arguments.hpp"

#include <algorithm>

namespace fluxpp::inline v0_1 {
namespace autodiff {

/// An array that is zero but for one element, shaped as an argument.
template <class T, int Rank> struct unit_direction {
  tensor<T, Rank> value;
  template <class A> explicit unit_direction(const A& like) : value(shape_like(like)) {}
  template <class A> static std::array<std::size_t, Rank> shape_like(const A& a) {
    std::array<std::size_t, Rank> shape{};
    for (int i = 0; i < Rank; ++i) shape[static_cast<std::size_t>(i)] = arguments::argument_traits<A>::size(a, i);
    return shape;
  }
  const tensor<T, Rank>& get() const { return value; }
  std::size_t size() const { return value.size(); }
  T& operator[](std::size_t i) { return value[i]; }
};
template <class T> struct unit_direction<T, 0> {
  T value = 0;
  template <class A> explicit unit_direction(const A&) {}
  const T& get() const { return value; }
  std::size_t size() const { return 1; }
  T& operator[](std::size_t) { return value; }
};
/// The direction of an argument that is not differentiated.
struct no_direction {
  template <class A> explicit no_direction(const A&) {}
  const zero_t& get() const { return zero; }
  std::size_t size() const { return 0; }
  double& operator[](std::size_t) { return none; }
  double none = 0;
};

template <class T, class A, bool Wanted>
using direction_t = std::conditional_t<Wanted, unit_direction<T, arguments::argument_traits<A>::rank>, no_direction>;

template <class F, std::size_t Arguments, std::size_t At, text... Wrt> constexpr bool is_wanted() {
  bool found = false;
  for (int i : positions<F, static_cast<int>(Arguments), Wrt...>()) found = found || i == static_cast<int>(At);
  return found;
}

/// f(direction, number of the direction) for each unit vector of all arguments, one after the other.
template <class Directions, class Visit> void along_every(Directions& d, const Visit& visit) {
  std::size_t number = 0;
  std::apply(
      [&](auto&... one) {
        const auto sweep = [&](auto& x) {
          for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = 1;
            visit(number++);
            x[i] = 0;
          }
        };
        (sweep(one), ...);
      },
      d);
}
template <class T, class V> T* elements(V& v) {
  if constexpr (std::is_same_v<std::remove_const_t<V>, T>) return const_cast<T*>(&v);
  else return const_cast<T*>(v.data());
}
template <class T, class V> std::size_t element_count(const V& v) {
  if constexpr (std::is_same_v<V, T>) return 1;
  else return v.size();
}

} // namespace autodiff

/// hessian_callable: see fx::hessian.
template <class F, class Tag, text... Wrt> class hessian_callable {
public:
  template <class... A> auto operator()(const A&... args) { return run(std::index_sequence_for<A...>{}, args...); }

private:
  template <std::size_t... At, class... A> auto run(std::index_sequence<At...>, const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    std::tuple<autodiff::direction_t<T, A, autodiff::is_wanted<F, sizeof...(A), At, Wrt...>()>...> d(args...);
    const std::size_t n = (std::get<At>(d).size() + ...);
    tensor<T, 2> h(std::array<std::size_t, 2>{n, n});
    autodiff::along_every(d, [&](std::size_t row) {
      auto g = hvp_(args..., std::get<At>(d).get()...);
      T* to = h.data() + row * n;
      const auto put = [&](const auto& part) {
        to = std::copy_n(autodiff::elements<T>(part), autodiff::element_count<T>(part), to);
      };
      if constexpr (requires { g.values; }) std::apply([&](const auto&... part) { (put(part), ...); }, g.values);
      else put(g);
    });
    return h;
  }
  callable<autodiff::hvp_transform<F, Wrt...>, Tag> hvp_;
};

/// jacobian_callable: see fx::jacobian.
template <class F, class Tag, text... Wrt> class jacobian_callable {
public:
  template <class... A> auto operator()(const A&... args) { return run(std::index_sequence_for<A...>{}, args...); }

private:
  template <std::size_t... At, class... A> auto run(std::index_sequence<At...>, const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    std::tuple<autodiff::direction_t<T, A, autodiff::is_wanted<F, sizeof...(A), At, Wrt...>()>...> d(args...);
    const std::size_t inputs = (std::get<At>(d).size() + ...);
    auto y = value_(args...);
    const std::size_t outputs = autodiff::element_count<T>(y);
    tensor<T, 2> j(std::array<std::size_t, 2>{outputs, inputs});
    if (inputs <= outputs) {
      autodiff::along_every(d, [&](std::size_t column) {
        auto r = jvp_(args..., std::get<At>(d).get()...);
        const T* dy = autodiff::elements<T>(r.tangent);
        for (std::size_t i = 0; i < outputs; ++i) j(i, column) = dy[i];
      });
    } else {
      rows<T>(j, y, args...);
    }
    return j;
  }
  template <class T, class Y, class... A> void rows(tensor<T, 2>& j, const Y& y, const A&... args) {
    std::tuple<autodiff::unit_direction<T, rank_of<Y, T>()>> ybar(y);
    autodiff::along_every(ybar, [&](std::size_t row) {
      auto r = vjp_(args..., std::get<0>(ybar).get());
      T* to = j.data() + row * j.shape(1);
      const auto at = autodiff::positions<F, static_cast<int>(sizeof...(A)), Wrt...>();
      std::size_t i = 0;
      const auto put = [&](const auto& part) {
        bool wanted = false;
        for (int k : at) wanted = wanted || k == static_cast<int>(i);
        if (wanted) to = std::copy_n(autodiff::elements<T>(part), autodiff::element_count<T>(part), to);
        ++i;
      };
      std::apply([&](const auto&... part) { (put(part), ...); }, r.gradient.values);
    });
  }
  template <class Y, class T> static constexpr int rank_of() {
    if constexpr (std::is_same_v<Y, T>) return 0;
    else return arguments::argument_traits<Y>::rank;
  }
  callable<autodiff::value_transform<F>, Tag> value_;
  callable<autodiff::jvp_transform<F>, Tag> jvp_;
  callable<autodiff::vjp_transform<F>, Tag> vjp_;
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::hessian<"a", "b">(f): the matrix of second derivatives with respect to the named arguments (all, if none is named),
/// their elements one after the other in order of the names. f must return a scalar. Costs one Hessian-vector product
/// (about two gradients) per row.
/// shapes   -> [n, n], n the number of elements of the named arguments
template <text... Wrt, class F, class Tag = cpu_tag> auto hessian(F, Tag = {}) {
  return hessian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

/// fx::jacobian<"x">(f): the matrix of derivatives of f's elements by those of the named arguments (all, if none is named).
/// Computed by columns (forward mode) or rows (reverse mode), whichever are fewer.
/// shapes   -> [m, n], m the elements of f's result, n those of the arguments
template <text... Wrt, class F, class Tag = cpu_tag> auto jacobian(F, Tag = {}) {
  return jacobian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
