// SPDX-License-Identifier: MIT
#pragma once
// Jacobians and Hessians as dense matrices: columns or rows along unit directions, several at a time.
#include "fluxpp/autodiff/directions.hpp"

namespace fluxpp::inline v0_1 {

/// hessian_callable: see fx::hessian.
template <class F, class Tag, text... Wrt> class hessian_callable {
public:
  template <class... A> auto operator()(const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    auto s = autodiff::directions_of<T, F, Wrt...>(args...);
    const std::size_t n = s.size();
    tensor<T, 2> h(std::array{n, n});
    s.sweep(
        n, 1, autodiff::own_direction, [&](const auto&... rows) { return hvps_(args..., rows...); },
        [&](const auto& part, std::size_t first, std::size_t rows) {
          std::copy_n(part.data(), rows * n, h.data() + first * n);
        });
    return h;
  }

private:
  callable<autodiff::hvps_transform<F, Wrt...>, Tag> hvps_;
};

/// jacobian_callable: see fx::jacobian.
template <class F, class Tag, text... Wrt> class jacobian_callable {
public:
  template <class... A> auto operator()(const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    const std::size_t m = autodiff::element_count(value_(args...));
    auto s = autodiff::directions_of<T, F, Wrt...>(args...);
    tensor<T, 2> j(std::array{m, s.size()});
    if (s.size() <= m) columns(j, s, args...);
    else rows(j, args...);
    return j;
  }

private:
  template <class T, class S, class... A> void columns(tensor<T, 2>& j, S& s, const A&... args) {
    const std::size_t m = j.shape(0), n = j.shape(1);
    s.sweep(
        n, 1, autodiff::own_direction, [&](const auto&... rows) { return jvps_(args..., rows...); },
        [&](const auto& part, std::size_t first, std::size_t rows) {
          T* to = j.data() + first;
          for (std::size_t i = 0; i < m; ++i, to += n)
            for (std::size_t k = 0; k < rows; ++k) to[k] = part(k, i);
        });
  }
  template <class T, class... A> void rows(tensor<T, 2>& j, const A&... args) {
    const std::size_t m = j.shape(0), n = j.shape(1);
    autodiff::directions<T, autodiff::usual_directions, -1> s(m);
    s.sweep(
        m, 1, autodiff::own_direction, [&](const auto& ybar) { return vjps_(args..., ybar); },
        [&](const auto& part, std::size_t first, std::size_t rows) {
          std::copy_n(part.data(), rows * n, j.data() + first * n);
        });
  }
  callable<autodiff::value_transform<F>, Tag> value_;
  callable<autodiff::jvps_transform<F, Wrt...>, Tag> jvps_;
  callable<autodiff::vjps_transform<F, Wrt...>, Tag> vjps_;
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::hessian<"a", "b">(f): the matrix of second derivatives with respect to the named arguments (all, if none is named),
/// their elements one after the other in order of the names. f must return a scalar. Several Hessian-vector products
/// (each about a gradient and a half) are computed at once.
/// shapes   -> [n, n], n the number of elements of the named arguments
template <text... Wrt, class F, class Tag = cpu_tag> auto hessian(F, Tag = {}) {
  return hessian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

/// fx::jacobian<"x">(f): the matrix of derivatives of f's elements by those of the named arguments (all, if none is named).
/// Computed by columns (forward mode) or rows (reverse mode), whichever are fewer, several at once.
/// shapes   -> [m, n], m the elements of f's result, n those of the arguments
template <text... Wrt, class F, class Tag = cpu_tag> auto jacobian(F, Tag = {}) {
  return jacobian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
