// SPDX-License-Identifier: MIT
#pragma once
// gradcheck: compares derivatives of a function, in forward and reverse mode, with differences of its values.
#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/core/arguments.hpp"
#include "fluxpp/ops/operation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string>
#include <tuple>
#include <vector>

namespace fluxpp::inline v0_1 {

/// gradcheck_options: the step of the differences, and how far a derivative may be from them.
struct gradcheck_options {
  double eps = 1e-6;  ///< two points: added as it is; five points: times the magnitude of x, at least 1
  double atol = 1e-5; ///< |analytic - numeric| <= atol + rtol max(|analytic|, |numeric|), for every entry
  double rtol = 1e-3;
  bool five_points = false; ///< (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h instead of two points
};
/// strict: sees an error in the eighth digit; for functions that are smooth around the arguments.
inline constexpr gradcheck_options strict{.eps = 0x1p-11, .atol = 1e-8, .rtol = 1e-8, .five_points = true};

/// jacobian_entry: the derivative of one element of the result with respect to one of an argument, found in two ways.
struct jacobian_entry {
  std::string argument;
  std::size_t index = 0, output = 0;
  double analytic = 0, numeric = 0;
  const char* mode = ""; ///< "forward" or "reverse"
};

/// gradcheck_result: whether all entries agree; the worst one, and how many do not.
struct gradcheck_result {
  bool ok = true;
  std::size_t entries = 0, failures = 0;
  jacobian_entry worst;
  double excess = 0; ///< error of the worst entry, in units of what is allowed

  explicit operator bool() const { return ok; }
  /// One sentence: d f[2] / d w[5]: analytic 0.4131, numeric 0.8262 (reverse): 3 of 40 entries differ.
  std::string str() const {
    char text[400];
    std::snprintf(text, sizeof text,
                  "gradcheck %s: d f[%zu] / d %s[%zu]: analytic %.9g, numeric %.9g (%s): %zu of %zu entries differ",
                  ok ? "passed" : "failed", worst.output, worst.argument.c_str(), worst.index, worst.analytic,
                  worst.numeric, worst.mode, failures, entries);
    return std::string(text) + (ok ? "" : hint());
  }
  void add(const jacobian_entry& e, const gradcheck_options& o) {
    const double allowed = o.atol + o.rtol * std::max(std::abs(e.analytic), std::abs(e.numeric));
    const double error = std::abs(e.analytic - e.numeric) / allowed;
    ++entries;
    if (!(error <= 1)) ++failures, ok = false;
    if (entries == 1 || !(error <= excess)) excess = std::isnan(error) ? HUGE_VAL : error, worst = e;
  }

private:
  const char* hint() const {
    const double ratio = worst.analytic / worst.numeric;
    auto is = [ratio](double r) { return std::abs(ratio - r) < 1e-4; };
    return is(2) || is(0.5) ? "; a factor of 2?" : is(-1) ? "; the sign?" : is(0) ? "; a term that is missing?" : "";
  }
};

namespace autodiff {

/// An array that owns its elements: a copy can be moved without the caller noticing.
template <class A> concept owning_array = std::is_default_constructible_v<A> && requires(A a, const A& c) {
  { *a.begin() } -> std::same_as<double&>;
  { *c.begin() } -> std::same_as<const double&>;
};

/// A copy of an argument to be moved: numbers and owning arrays keep their type, and with it what it says of extents.
template <class A> auto movable_copy(const A& a) {
  if constexpr (arguments::number<A> || owning_array<A> ||
                std::is_integral_v<typename arguments::argument_traits<A>::element>) {
    return a;
  } else {
    constexpr int rank = arguments::argument_traits<A>::rank;
    std::array<std::size_t, rank> shape{};
    for (int i = 0; i < rank; ++i) shape[static_cast<std::size_t>(i)] = arguments::argument_traits<A>::size(a, i);
    tensor<double, rank> copy(shape);
    arguments::copy_elements(a, copy.data());
    return copy;
  }
}

/// Arguments of whole numbers are indices: they are not differentiated.
template <class A> inline constexpr bool is_index = std::is_integral_v<typename arguments::argument_traits<A>::element>;

template <class A> std::size_t count(const A& a) {
  if constexpr (is_index<A>) return 0;
  else if constexpr (arguments::number<A>) return 1;
  else return static_cast<std::size_t>(std::distance(a.begin(), a.end()));
}
template <class A> double& element(A& a, std::size_t i) {
  if constexpr (arguments::number<A>) return a;
  else return *std::next(a.begin(), static_cast<std::ptrdiff_t>(i));
}
/// A number, or the elements of an array, in row-major order.
template <class Y> std::vector<double> flattened(const Y& y) {
  if constexpr (arguments::number<Y>) return {y};
  else return {y.begin(), y.end()};
}

/// checked<F, Tag, A...>: F at arguments of these types: values, and derivatives in both modes.
template <class F, class Tag, class... A> class checked {
public:
  checked(const gradcheck_options& o, const A&... a) : options_(o), x_(a...) {}

  gradcheck_result run() {
    const std::vector<double> y = value();
    for (const double v : y)
      if (!std::isfinite(v)) throw value_error("gradcheck(f, args)", "f must be finite at args");
    each_argument(all, [&]<std::size_t I>() { check_argument<I>(y.size()); });
    std::apply([&](const auto&... a) { check_reverse(a...); }, x_);
    return result_;
  }

private:
  static constexpr auto all = std::index_sequence_for<A...>{};
  template <std::size_t I> using argument_t = std::tuple_element_t<I, std::tuple<A...>>;
  template <class Each, std::size_t... I> static void each_argument(std::index_sequence<I...>, Each each) {
    (each.template operator()<I>(), ...);
  }
  template <std::size_t I> static std::string name() {
    using known = typename names_of<F>::type;
    if constexpr (I < static_cast<std::size_t>(known::size)) return std::string(known::list[I]);
    else return "argument " + std::to_string(I);
  }

  std::vector<double> value() {
    return std::apply([&](const auto&... a) { return flattened(value_(a...)); }, x_);
  }
  /// The difference of f along one element.
  std::vector<double> difference(double& x) {
    const double at = x,
                 h = options_.five_points ? options_.eps * std::exp2(std::max(0, std::ilogb(at))) : options_.eps;
    auto moved = [&](double by) {
      x = at + by;
      const std::vector<double> y = value();
      x = at;
      return y;
    };
    std::vector<double> d = moved(h);
    const std::vector<double> b = moved(-h);
    if (!options_.five_points) {
      for (std::size_t i = 0; i < d.size(); ++i) d[i] = (d[i] - b[i]) / (2 * h);
      return d;
    }
    const std::vector<double> a = moved(-2 * h), e = moved(2 * h);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = (a[i] - 8 * b[i] + 8 * d[i] - e[i]) / (12 * h);
    return d;
  }

  /// Columns of the Jacobian: differences, and forward mode along one element.
  template <std::size_t I> void check_argument(std::size_t outputs) {
    std::vector<std::vector<double>>& columns = numeric_.emplace_back();
    if constexpr (!is_index<argument_t<I>>) {
      auto& x = std::get<I>(x_);
      for (std::size_t i = 0; i < count(x); ++i) {
        const std::vector<double> expected = difference(element(x, i)), got = along<I>(i, all);
        for (std::size_t o = 0; o < outputs; ++o)
          result_.add({name<I>(), i, o, got[o], expected[o], "forward"}, options_);
        columns.push_back(expected);
      }
    }
  }
  template <std::size_t I, std::size_t... K> std::vector<double> along(std::size_t i, std::index_sequence<K...>) {
    return flattened(jvp_(std::get<K>(x_)..., direction<I, K>(i)...).tangent);
  }
  /// The tangent of argument K along element i of argument I.
  template <std::size_t I, std::size_t K> auto direction([[maybe_unused]] std::size_t i) {
    if constexpr (K != I) {
      return zero;
    } else {
      auto dx = std::get<I>(x_);
      for (std::size_t k = 0; k < count(dx); ++k) element(dx, k) = k == i ? 1 : 0;
      return dx;
    }
  }

  /// Rows of the Jacobian: reverse mode from one element of the result.
  template <class... X> void check_reverse(const X&... x) {
    auto ybar = cotangent(value_(x...));
    for (std::size_t o = 0; o < count(ybar); ++o) {
      for (std::size_t k = 0; k < count(ybar); ++k) element(ybar, k) = k == o ? 1 : 0;
      const auto got = vjp_(x..., ybar);
      each_argument(all, [&]<std::size_t I>() {
        if constexpr (!is_index<argument_t<I>>) {
          const std::vector<double> row = flattened(got.gradient.template get<I>());
          for (std::size_t i = 0; i < numeric_[I].size(); ++i)
            result_.add({name<I>(), i, o, row[i], numeric_[I][i][o], "reverse"}, options_);
        }
      });
    }
  }
  template <class Y> static auto cotangent(const Y& y) {
    if constexpr (arguments::number<Y>) return y;
    else return tensor<double, arguments::argument_traits<Y>::rank>(y.shape());
  }

  gradcheck_options options_;
  std::tuple<A...> x_;
  callable<value_transform<F>, Tag> value_;
  callable<jvp_transform<F>, Tag> jvp_;
  callable<vjp_transform<F>, Tag> vjp_;
  std::vector<std::vector<std::vector<double>>> numeric_; // [argument][element][output]
  gradcheck_result result_;
};

template <class A> void require_double(const A& a) {
  using element = typename arguments::argument_traits<A>::element;
  if (std::is_same_v<element, float> || std::is_same_v<element, long double> || (arguments::number<A> && is_index<A>))
    throw value_error("gradcheck(f, args)", "arguments must be double: differences of other numbers are noise");
  if (!is_index<A> && count(movable_copy(a)) == 0)
    throw value_error("gradcheck(f, args)", "an argument has no elements");
}

} // namespace autodiff
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// gradcheck(f, args...) or gradcheck(fx::strict, f, args...): the derivatives of f at args, in forward and in reverse
/// mode, against differences, element by element. Arrays of whole numbers are indices and stay. For second derivatives
/// check a gradient: fx::gradcheck([](auto x) { return fx::grad(f)(x); }, x). gradcheck<Tag> runs on another evaluator.
/// errors   run: an argument is float or empty, f is not finite at args (value_error); never for a wrong derivative
template <class Tag = cpu_tag, class F, class... A>
requires(sizeof...(A) > 0) gradcheck_result gradcheck(const gradcheck_options& o, F, const A&... args) {
  (autodiff::require_double(args), ...);
  if constexpr (((std::is_same_v<typename arguments::argument_traits<A>::element, double> ||
                  (autodiff::is_index<A> && !arguments::number<A>)) &&
                 ...))
    return autodiff::checked<typename autodiff::requirements<F>::function, Tag,
                             decltype(autodiff::movable_copy(args))...>(o, autodiff::movable_copy(args)...)
        .run();
  else return {};
}
template <class Tag = cpu_tag, class F, class... A>
requires(sizeof...(A) > 0 && !std::is_same_v<F, gradcheck_options>) gradcheck_result gradcheck(F f, const A&... args) {
  return gradcheck<Tag>(gradcheck_options{}, f, args...);
}

/// gradcheck(op): an elementwise operation at its own samples, strictly; gradcheck(fx::tanh), gradcheck(my_op{}).
template <class Tag = cpu_tag, elementwise_op Op> gradcheck_result gradcheck(operation<Op> f) {
  constexpr std::size_t n = std::size(Op::samples);
  auto column = [](std::size_t a) {
    std::array<double, n> x{};
    for (std::size_t i = 0; i < n; ++i)
      if constexpr (Op::arity == 1) x[i] = Op::samples[i] + 0.0 * static_cast<double>(a);
      else x[i] = Op::samples[i][a];
    return x;
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) { return gradcheck<Tag>(strict, f, column(I)...); }
  (std::make_index_sequence<static_cast<std::size_t>(Op::arity)>{});
}
template <class Tag = cpu_tag, elementwise_op Op> gradcheck_result gradcheck(Op) {
  return gradcheck<Tag>(operation<Op>{});
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
