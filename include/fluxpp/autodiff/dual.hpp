// SPDX-License-Identifier: MIT
#pragma once
// dual<T, N>: a number with its derivatives along N directions, for ordinary templates.
#include "fluxpp/ops/ops.hpp"

#include <limits>
#include <utility>

namespace fluxpp::inline v0_1 {
/// Where dual stands, so that exp(x) of a dual finds the function here and never the object fluxpp::exp.
namespace dual_numbers {

/// dual<T, N>{value, tangent}: value + sum of tangent[k] e_k with e_j e_k = 0; a plain number is a constant.
/// dual<dual<T>> carries second derivatives.
/// source   Clifford 1873; Griewank & Walther 2008, Evaluating Derivatives, chapter 3
template <class T, int N = 1> struct dual {
  using value_type = T;
  static constexpr int directions = N;
  T value{};
  std::array<T, N> tangent{};

  constexpr dual() : dual(T(0)) {}
  constexpr dual(const T& v) : value(v) { tangent.fill(T(0)); }
  constexpr dual(const T& v, const std::array<T, N>& dv) : value(v), tangent(dv) {}
  template <class U>
  requires(std::is_arithmetic_v<U> && !std::is_same_v<U, T>) constexpr dual(U v)
      : dual(T(static_cast<scalar::real_of<T>>(v))) {}

  /// dual::variable(v, k): the k-th of N independent variables.
  static constexpr dual variable(const T& v, int k = 0) {
    dual x(v);
    x.tangent[static_cast<unsigned>(k)] = T(1);
    return x;
  }

  template <class U> constexpr dual& operator+=(const U& u) { return *this = *this + u; }
  template <class U> constexpr dual& operator-=(const U& u) { return *this = *this - u; }
  template <class U> constexpr dual& operator*=(const U& u) { return *this = *this * u; }
  template <class U> constexpr dual& operator/=(const U& u) { return *this = *this / u; }
};

/// The number of duals inside each other; 0 for plain numbers.
template <class X> inline constexpr int depth = 0;
template <class T, int N> inline constexpr int depth<dual<T, N>> = 1 + depth<T>;

template <class X> concept dual_number = (depth<X> > 0);

/// common<X...>: the operand that the others convert to, as constants of it.
template <class X, class... More> struct common_in { using type = X; };
template <class X, class Y, class... More>
struct common_in<X, Y, More...> : common_in<std::conditional_t<(depth<X> >= depth<Y>), X, Y>, More...> {};
template <class... X> using common = typename common_in<X...>::type;

/// A constant stands beside a dual without being one: a plain number, or the dual's value type.
template <class D, class X> constexpr typename D::value_type value_of(const X& x) {
  if constexpr (std::is_same_v<D, X>) return x.value;
  else return D(x).value;
}

/// sum of d[i] times the k-th tangent of operand i; constants have none, not even where d[i] is not finite.
template <class D, class P, class... X, std::size_t... Index>
constexpr typename D::value_type chain_rule(std::size_t k, std::index_sequence<Index...>, const P& d, const X&... x) {
  typename D::value_type sum(0);
  bool empty = true; // 0 + term would lose the sign of -0, and cost an addition
  auto add = [&]<class Y>(const auto& slope, const Y& y) {
    if constexpr (std::is_same_v<D, Y>)
      sum = std::exchange(empty, false) ? slope * y.tangent[k] : sum + slope * y.tangent[k];
  };
  (add(d[Index], x), ...);
  return sum;
}

/// apply_operation(op, x...): the rule of every elementwise operation on duals, from its forward and partials.
template <class Op, class... X>
requires dual_number<common<X...>>
constexpr auto apply_operation(Op, const X&... x) {
  using D = common<X...>;
  D y(operation<Op>{}(value_of<D>(x)...));
  if constexpr (has_partials<Op>) {
    const auto d = Op::partials(value_of<D>(x)..., y.value);
    for (std::size_t k = 0; k < y.tangent.size(); ++k)
      y.tangent[k] = chain_rule<D>(k, std::index_sequence_for<X...>{}, d, x...);
  }
  return y;
}

/// Two operands of which one is a dual, and the other is or becomes one.
template <class A, class B>
concept dual_operand =
    dual_number<common<A, B>> && std::convertible_to<A, common<A, B>> && std::convertible_to<B, common<A, B>>;

template <class A, dual_operand<A> B> constexpr auto operator+(const A& a, const B& b) {
  return apply_operation(ops::add{}, a, b);
}
template <class A, dual_operand<A> B> constexpr auto operator-(const A& a, const B& b) {
  return apply_operation(ops::sub{}, a, b);
}
template <class A, dual_operand<A> B> constexpr auto operator*(const A& a, const B& b) {
  return apply_operation(ops::mul{}, a, b);
}
template <class A, dual_operand<A> B> constexpr auto operator/(const A& a, const B& b) {
  return apply_operation(ops::div{}, a, b);
}
template <dual_number D> constexpr D operator-(const D& x) { return apply_operation(ops::neg{}, x); }
template <dual_number D> constexpr D operator+(const D& x) { return x; }

// Comparisons look at values only.
template <class A, dual_operand<A> B> constexpr auto operator<(const A& a, const B& b) {
  return value_of<common<A, B>>(a) < value_of<common<A, B>>(b);
}
template <class A, dual_operand<A> B> constexpr auto operator<=(const A& a, const B& b) {
  return value_of<common<A, B>>(a) <= value_of<common<A, B>>(b);
}
template <class A, dual_operand<A> B> constexpr auto operator>(const A& a, const B& b) { return b < a; }
template <class A, dual_operand<A> B> constexpr auto operator>=(const A& a, const B& b) { return b <= a; }
template <class A, dual_operand<A> B> constexpr auto operator==(const A& a, const B& b) {
  return value_of<common<A, B>>(a) == value_of<common<A, B>>(b);
}
template <class A, dual_operand<A> B> constexpr auto operator!=(const A& a, const B& b) {
  return value_of<common<A, B>>(a) != value_of<common<A, B>>(b);
}

// The functions of <cmath>, so that `using std::exp; exp(x)` serves numbers and duals alike.
template <dual_number D> constexpr D abs(const D& x) { return fluxpp::abs(x); }
template <dual_number D> constexpr D acos(const D& x) { return fluxpp::acos(x); }
template <dual_number D> constexpr D acosh(const D& x) { return fluxpp::acosh(x); }
template <dual_number D> constexpr D asin(const D& x) { return fluxpp::asin(x); }
template <dual_number D> constexpr D asinh(const D& x) { return fluxpp::asinh(x); }
template <dual_number D> constexpr D atan(const D& x) { return fluxpp::atan(x); }
template <dual_number D> constexpr D atanh(const D& x) { return fluxpp::atanh(x); }
template <dual_number D> constexpr D cbrt(const D& x) { return fluxpp::cbrt(x); }
template <dual_number D> constexpr D ceil(const D& x) { return fluxpp::ceil(x); }
template <dual_number D> constexpr D cos(const D& x) { return fluxpp::cos(x); }
template <dual_number D> constexpr D cosh(const D& x) { return fluxpp::cosh(x); }
template <dual_number D> constexpr D erf(const D& x) { return fluxpp::erf(x); }
template <dual_number D> constexpr D erfc(const D& x) { return fluxpp::erfc(x); }
template <dual_number D> constexpr D exp(const D& x) { return fluxpp::exp(x); }
template <dual_number D> constexpr D expm1(const D& x) { return fluxpp::expm1(x); }
template <dual_number D> constexpr D fabs(const D& x) { return fluxpp::abs(x); }
template <dual_number D> constexpr D floor(const D& x) { return fluxpp::floor(x); }
template <dual_number D> constexpr D lgamma(const D& x) { return fluxpp::lgamma(x); }
template <dual_number D> constexpr D log(const D& x) { return fluxpp::log(x); }
template <dual_number D> constexpr D log1p(const D& x) { return fluxpp::log1p(x); }
template <dual_number D> constexpr D log2(const D& x) { return fluxpp::log2(x); }
template <dual_number D> constexpr D nearbyint(const D& x) { return fluxpp::round(x); }
template <dual_number D> constexpr D sin(const D& x) { return fluxpp::sin(x); }
template <dual_number D> constexpr D sinh(const D& x) { return fluxpp::sinh(x); }
template <dual_number D> constexpr D sqrt(const D& x) { return fluxpp::sqrt(x); }
template <dual_number D> constexpr D tan(const D& x) { return fluxpp::tan(x); }
template <dual_number D> constexpr D tanh(const D& x) { return fluxpp::tanh(x); }
template <dual_number D> constexpr D trunc(const D& x) { return fluxpp::trunc(x); }
template <class A, dual_operand<A> B> constexpr auto atan2(const A& y, const B& x) { return fluxpp::atan2(y, x); }
template <class A, dual_operand<A> B> constexpr auto fmod(const A& x, const B& y) { return fluxpp::fmod(x, y); }
template <class A, dual_operand<A> B> constexpr auto hypot(const A& x, const B& y) { return fluxpp::hypot(x, y); }
template <class A, dual_operand<A> B> constexpr auto pow(const A& x, const B& y) { return fluxpp::pow(x, y); }

} // namespace dual_numbers

using dual_numbers::dual;

} // namespace fluxpp::inline v0_1

template <class T, int N> struct std::numeric_limits<fluxpp::dual<T, N>> : std::numeric_limits<T> {};
