// SPDX-License-Identifier: MIT
#pragma once
// Sparse Jacobians and diagonals of Hessians: a pattern found once, then a few directions for each call.
#include "fluxpp/autodiff/compression.hpp"
#include "fluxpp/autodiff/directions.hpp"
#include "fluxpp/autodiff/instance_call.hpp"
#include "fluxpp/autodiff/seen.hpp"

#include <cmath>
#include <limits>
#include <optional>

namespace fluxpp::inline v0_1 {
namespace autodiff {

/// The evaluator that lets values pass which are not finite.
template <class Tag> struct unchecked { using type = Tag; };
template <bool CheckFinite> struct unchecked<cpu_evaluator<CheckFinite>> { using type = cpu_evaluator<false>; };

/// The pattern with m rows of the products that run(rows...) gives for directions s: not-a-numbers show where they go.
template <class S, class Run> sparsity pattern_of(S& s, std::size_t m, const Run& run) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return found_by(m, s.size(), [&](const auto& colour, std::size_t count, const auto& hit) {
    s.sweep(count, nan, colour, run, [&](const auto& products, std::size_t first, std::size_t rows) {
      for (std::size_t k = 0; k < rows; ++k)
        for (std::size_t i = 0; i < m; ++i)
          if (std::isnan(products(k, i))) hit(first + k, i);
    });
  });
}
/// The values of a sparse matrix from products with the directions of its colours.
template <class S, class Run, class T> void fill(S& s, const compression& by, const Run& run, T* values) {
  s.sweep(by.count(), 1, by, run,
          [&](const auto& products, std::size_t first, std::size_t rows) { by.read(products, first, rows, values); });
}

template <class Y> bool all_finite(const Y& y) {
  if constexpr (arguments::number<Y>) return std::isfinite(y);
  else return std::all_of(y.begin(), y.end(), [](auto v) { return std::isfinite(v); });
}
/// m, or an error: patterns show where f is finite.
template <class Y> std::size_t finite_elements(const Y& y, const char* call) {
  if (!all_finite(y)) throw value_error(call, "f must be finite at the arguments of the first call");
  return element_count(y);
}

} // namespace autodiff

/// sparse_jacobian_callable: see fx::sparse_jacobian.
template <class F, class Tag, text... Wrt> class sparse_jacobian_callable {
public:
  /// Takes this pattern instead of one that is found; entries outside it are lost.
  /// errors   run: p is no pattern (value_error)
  sparse_jacobian_callable& pattern(sparsity p) {
    autodiff::require_pattern(p, "sparse_jacobian(f).pattern(p)");
    given_ = std::move(p);
    seen_.forget();
    return *this;
  }
  template <class... A> const auto& operator()(const A&... args) & { return run(args...); }
  template <class... A> auto operator()(const A&... args) && { return run(args...); }

private:
  template <class... A> auto& run(const A&... args) {
    constexpr autodiff::instance_pattern known = pattern_of_maps<A...>();
    if constexpr (known.maps > 0) return run_maps<known>(args...);
    else return run_colours(args...);
  }
  /// What the function tells of its pattern, for arguments of these types.
  template <class... A> static constexpr autodiff::instance_pattern pattern_of_maps() {
    using program = typename evaluator_of<Tag>::template program<autodiff::value_transform<F>, A...>;
    constexpr int n = sizeof...(A), wanted = sizeof...(Wrt) == 0 ? n : int{sizeof...(Wrt)};
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      return autodiff::instance_pattern_of<program, int{autodiff::position_at<F, n, Wrt...>(I)}...>();
    }
    (std::make_integer_sequence<int, wanted>{});
  }
  template <autodiff::instance_pattern Known, class... A> auto& run_maps(const A&... args) {
    if (given_)
      throw value_error("sparse_jacobian(f).pattern(p)", "the pattern of map_instances follows from its indices", "p");
    using T = typename arguments::real_type<A...>::type;
    auto& j = std::get<csr_matrix<T>>(matrix_);
    const autodiff::instance_call<Known, A...> at(args...);
    j.values.resize(at.entries());
    [&]<std::size_t... M>(std::index_sequence<M...>) { maps_(args..., at.template values<M>(j.values.data())...); }
    (std::make_index_sequence<autodiff::most_maps>{});
    if (!seen_.again<T>(args...) || !at.whole_indices()) j.pattern = at.pattern();
    return j;
  }
  template <class... A> auto& run_colours(const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    auto& j = std::get<csr_matrix<T>>(matrix_);
    auto s = autodiff::directions_of<T, F, Wrt...>(args...);
    if (!seen_.again<T>(args...)) {
      seen_.forget(); // until there is a pattern
      j.pattern = pattern_at(s, args...);
      j.values.resize(j.pattern.entries());
      compressed_ = autodiff::compressed_pattern(j.pattern);
      seen_.again<T>(args...);
    }
    if (compressed_.rows) {
      autodiff::directions<T, autodiff::usual_directions, -1> ybar(j.pattern.rows());
      autodiff::fill(
          ybar, compressed_.by, [&](const auto& rows) { return vjps_(args..., rows); }, j.values.data());
    } else {
      autodiff::fill(
          s, compressed_.by, [&](const auto&... rows) { return jvps_(args..., rows...); }, j.values.data());
    }
    return j;
  }
  template <class S, class... A> sparsity pattern_at(S& s, const A&... args) const {
    using unchecked = typename autodiff::unchecked<Tag>::type;
    callable<autodiff::value_transform<F>, Tag> value;
    const std::size_t m = autodiff::finite_elements(value(args...), "sparse_jacobian(f)");
    if (!given_) {
      callable<autodiff::jvps_transform<F, Wrt...>, unchecked> jvps;
      return autodiff::pattern_of(s, m, [&](const auto&... rows) { return jvps(args..., rows...); });
    }
    require(given_->columns == s.size() && given_->rows() == m, m, s.size());
    return *given_;
  }
  static void require(bool fits, std::size_t m, std::size_t n) {
    if (!fits)
      throw shape_error("sparse_jacobian(f).pattern(p)",
                        "p must have " + std::to_string(m) + " rows and " + std::to_string(n) + " columns", "p");
  }

  std::optional<sparsity> given_;
  autodiff::seen_arguments seen_;
  autodiff::compressed_pattern compressed_;
  std::tuple<csr_matrix<float>, csr_matrix<double>> matrix_;
  callable<autodiff::jvps_transform<F, Wrt...>, Tag> jvps_;
  callable<autodiff::vjps_transform<F, Wrt...>, Tag> vjps_;
  callable<autodiff::instance_jacobian_transform<F, Wrt...>, Tag> maps_;
};

/// hessian_diagonal_callable: see fx::hessian_diagonal.
template <class F, class Tag, text... Wrt> class hessian_diagonal_callable {
public:
  template <class... A> auto operator()(const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    auto s = autodiff::directions_of<T, F, Wrt...>(args...);
    if (!seen_.again<T>(args...)) {
      seen_.forget(); // until there is a pattern
      by_ = diagonal(s, args...);
      seen_.again<T>(args...);
    }
    tensor<T, 1> d(std::array{s.size()});
    autodiff::fill(
        s, by_, [&](const auto&... rows) { return hvps_(args..., rows...); }, d.data());
    return d;
  }

private:
  template <class S, class... A> static autodiff::compression diagonal(S& s, const A&... args) {
    callable<autodiff::value_transform<F>, Tag> value;
    autodiff::finite_elements(value(args...), "hessian_diagonal(f)");
    callable<autodiff::hvps_transform<F, Wrt...>, typename autodiff::unchecked<Tag>::type> hvps;
    const sparsity p = autodiff::pattern_of(s, s.size(), [&](const auto&... rows) { return hvps(args..., rows...); });
    autodiff::compression by(autodiff::diagonal_colours(p));
    for (std::size_t j = 0; j < s.size(); ++j) by.add(j, j, j);
    by.finish();
    return by;
  }

  autodiff::seen_arguments seen_;
  autodiff::compression by_;
  callable<autodiff::hvps_transform<F, Wrt...>, Tag> hvps_;
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::sparse_jacobian<"x">(f): the Jacobian of fx::jacobian as a csr_matrix, for functions of which each result depends on few
/// arguments, or each argument moves few results. The first call with given extents and indices finds the pattern, or takes
/// that of pattern(p); later calls write the values of the same entries, along one direction for each colour of the columns or rows.
/// The pattern holds wherever f is differentiable by products of slopes; operations that pick elements by value (max, sort,
/// max_pool2d) show what they pick at the first call: give the pattern for those.
/// A result that consists of map_instances, reshaped and one behind the other, has a pattern that follows from the indices and
/// values that one program writes, if the arrays of the maps are named arguments and the indices arguments, at most 16 of
/// each and 8 maps: rows have the elements of all rows that they depend on, in the order of the arrays, zeros included; where
/// two of them are the same, entries of one column add.
/// shapes   m rows and n columns, m the elements of f's result, n those of the named arguments (all, if none is named)
/// errors   run: f is not finite at the first call, or a pattern is given for maps (value_error); a given pattern has other
///          extents (shape_error)
/// source   Curtis, Powell & Reid 1974, doi:10.1093/imamat/13.1.117
template <text... Wrt, class F, class Tag = cpu_tag> auto sparse_jacobian(F, Tag = {}) {
  return sparse_jacobian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

/// fx::hessian_diagonal<"x">(f): the diagonal of fx::hessian, from one Hessian-vector product for each colour of the Hessian's
/// columns, where neighbours differ: a few if it is sparse, as many as arguments if it is dense. The pattern is found
/// as by fx::sparse_jacobian.
/// shapes   -> [n], n the elements of the named arguments, one after the other in order of the names
/// errors   run: f is not finite at the first call (value_error)
template <text... Wrt, class F, class Tag = cpu_tag> auto hessian_diagonal(F, Tag = {}) {
  return hessian_diagonal_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
