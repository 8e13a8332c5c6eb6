// SPDX-License-Identifier: MIT
#pragma once
// The argument adaptor: what a program is told about an argument by its type, and how its elements are read.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/shape.hpp"
#include "fluxpp/core/tensor.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace fluxpp::inline v0_1::arguments {

template <class A> concept number = std::is_arithmetic_v<A>;
/// An array has elements in memory, a shape and strides (xt::xtensor, xt::xtensor_fixed, views with data()).
template <class A> concept strided_array = requires(const A& a) {
  a.data();
  a.shape();
  a.strides();
};
/// A sequence is contiguous and has one axis (std::vector, std::array, std::span).
template <class A> concept sequence = !strided_array<A> && requires(const A& a) {
  { a.data()[0] } -> std::convertible_to<double>;
  { a.size() } -> std::convertible_to<std::size_t>;
}
&&!requires(const A& a) { a.shape(); };
template <class A> concept shaped_view = !strided_array<A> && requires(const A& a) {
  a.data();
  a.shape();
  a.begin();
};

/// static_extents<Shape>: what a shape type says: rank, and each extent or -1.
template <class S> struct static_extents { static constexpr int rank = -1; };
template <class Index, std::size_t N> struct static_extents<std::array<Index, N>> {
  static constexpr int rank = int{N};
  static constexpr int extent(int) { return -1; }
};
template <template <std::size_t...> class S, std::size_t... X> struct static_extents<S<X...>> {
  static constexpr int rank = int{sizeof...(X)};
  static constexpr int all[sizeof...(X) + 1]{static_cast<int>(X)..., 0};
  static constexpr int extent(int axis) { return all[axis]; }
};

/// What the type of an array says of its shape: xtensor's fixed containers name it, others show it.
template <class A> struct shape_of_type {
  using type = static_extents<std::remove_cvref_t<decltype(std::declval<const A&>().shape())>>;
};
template <class A>
requires(static_extents<typename A::shape_type>::rank >= 0) struct shape_of_type<A> {
  using type = static_extents<typename A::shape_type>;
};

/// argument_traits<A>: element type, rank, extents known from the type, and run-time access.
template <class A> struct argument_traits {
  static_assert(
      sizeof(A) == 0,
      "fluxpp: an argument must be a number, a std::array, std::vector or std::span, an xt::xtensor, or a tensor "
      "of fluxpp");
};
template <number A> struct argument_traits<A> {
  using element = A;
  static constexpr int rank = 0;
  static constexpr int extent(int) { return -1; }
};
/// An argument that is not there: a tangent known to be zero.
template <> struct argument_traits<zero_t> {
  using element = void;
  static constexpr int rank = 0;
  static constexpr int extent(int) { return -1; }
};
template <sequence A> struct argument_traits<A> {
  using element = std::remove_cvref_t<decltype(std::declval<const A&>().data()[0])>;
  static constexpr int rank = 1;
  static constexpr int extent(int) {
    if constexpr (requires { std::tuple_size<A>::value; }) return static_cast<int>(std::tuple_size<A>::value);
    else return -1;
  }
  static std::size_t size(const A& a, int) { return a.size(); }
  static std::ptrdiff_t stride(const A&, int) { return 1; }
};
template <class A>
requires strided_array<A> || shaped_view<A>
struct argument_traits<A> {
  using element = std::remove_cvref_t<decltype(*std::declval<const A&>().data())>;
  using shape_info = typename shape_of_type<A>::type;
  static_assert(
      shape_info::rank >= 0,
      "fluxpp: the rank of an argument must be known from its type: pass an xt::xtensor, or fx::ranked<N>(x)");
  static constexpr int rank = shape_info::rank >= 0 ? shape_info::rank : 0;
  static constexpr int extent(int axis) { return shape_info::extent(axis); }
  static std::size_t size(const A& a, int axis) {
    return static_cast<std::size_t>(a.shape()[static_cast<std::size_t>(axis)]);
  }
  static std::ptrdiff_t stride(const A& a, int axis) {
    if constexpr (strided_array<A>) return static_cast<std::ptrdiff_t>(a.strides()[static_cast<std::size_t>(axis)]);
    std::ptrdiff_t s = 1;
    for (int i = rank - 1; i > axis; --i) s *= static_cast<std::ptrdiff_t>(size(a, i));
    return s;
  }
};

// Functions, not concepts: compilers explain a concept at length.
template <class A> constexpr bool is_argument() {
  return number<A> || sequence<A> || strided_array<A> || shaped_view<A> || std::is_same_v<A, zero_t>;
}
template <class A> constexpr bool has_known_rank() {
  if constexpr (strided_array<A> || shaped_view<A>) return shape_of_type<A>::type::rank >= 0;
  else return true;
}
template <class A> constexpr bool has_few_axes() {
  if constexpr (is_argument<A>() && has_known_rank<A>()) return argument_traits<A>::rank <= max_rank;
  else return true;
}
/// acceptable<A...>: what arguments of a call must be.
template <class... A>
inline constexpr bool acceptable = ((is_argument<A>() && has_known_rank<A>() && has_few_axes<A>()) && ...);
/// requirements<A...>: instantiated for a call; its size is a compile error for arguments that are not acceptable.
template <class... A> struct requirements {
  static_assert(
      (is_argument<A>() && ...),
      "fluxpp: an argument must be a number, a std::array, std::vector or std::span, an xt::xtensor, or a tensor "
      "of fluxpp");
  static_assert(
      (has_known_rank<A>() && ...),
      "fluxpp: the rank of an argument must be known from its type: pass an xt::xtensor, or fx::ranked<N>(x)");
  static_assert((has_few_axes<A>() && ...), "fluxpp: an array has at most six axes");
};

/// argument<Element, extents...>: the signature of one argument; -1 is an extent known at the call.
template <class Element, int... Extents> struct argument {
  using element = Element;
  static constexpr int rank = sizeof...(Extents);
  static constexpr int extent[sizeof...(Extents) + 1]{Extents..., 0};
  static constexpr bool integer = rank > 0 && std::is_integral_v<Element>;
  static constexpr bool absent = std::is_void_v<Element>;
};
/// Whole numbers are real scalars; only arrays of them are indices.
template <class A>
using signature_element = std::conditional_t<argument_traits<A>::rank == 0 && std::is_integral_v<A>, double,
                                             typename argument_traits<A>::element>;
template <class A, class Index> struct argument_of;
template <class A, int... Index> struct argument_of<A, std::integer_sequence<int, Index...>> {
  using type = argument<signature_element<A>, argument_traits<A>::extent(Index)...>;
};
template <class A>
using argument_t = typename argument_of<A, std::make_integer_sequence<int, argument_traits<A>::rank>>::type;

/// The real type of a program: double if an array is double; else float if one is float; numbers decide without arrays.
template <class... A> struct real_type {
  template <class Element>
  static constexpr bool
      arrays = ((argument_traits<A>::rank > 0 && std::is_same_v<typename argument_traits<A>::element, Element>) || ...);
  template <class Element>
  static constexpr bool any = (std::is_same_v<typename argument_traits<A>::element, Element> || ...);
  using type = std::conditional_t<
      arrays<double>, double,
      std::conditional_t<arrays<float>, float, std::conditional_t<any<float> && !any<double>, float, double>>>;
};

/// The address of the first element: a view may say how far it is from where the memory begins.
template <class A> auto* first_element(const A& a) {
  if constexpr (requires { a.data_offset(); }) return a.data() + a.data_offset();
  else return a.data();
}

/// Whether the elements lie one after the other in row-major order.
template <class A> bool contiguous(const A& a) {
  using traits = argument_traits<A>;
  std::ptrdiff_t expected = 1;
  for (int axis = traits::rank - 1; axis >= 0; --axis) {
    const auto n = static_cast<std::ptrdiff_t>(traits::size(a, axis));
    if (n != 1 && traits::stride(a, axis) != expected) return false;
    expected *= n;
  }
  return true;
}

/// Whether T has the whole number v and all that are nearer to 0.
template <class T, class V> constexpr bool counts_to(V v) {
  if constexpr (std::numeric_limits<V>::digits <= std::numeric_limits<T>::digits) return true;
  else if (constexpr V most = V{1} << std::numeric_limits<T>::digits; std::is_signed_v<V>)
    return v <= most && v >= -most;
  else return v <= most;
}

template <class V> [[noreturn, gnu::noinline]] void refuse_index(V v) {
  throw value_error("argument", "an index of " + std::to_string(v) + " is not exact in a program of this precision");
}
/// Elements that lie one after the other.
template <class T, class V> void copy_run(const V* from, std::size_t n, T* to) {
  bool exact = true;
  for (std::size_t i = 0; i < n; ++i) {
    to[i] = static_cast<T>(from[i]);
    if constexpr (std::is_integral_v<V>) exact = exact & counts_to<T>(from[i]);
  }
  if constexpr (std::is_integral_v<V>)
    for (std::size_t i = 0; i < n && !exact; ++i)
      if (!counts_to<T>(from[i])) refuse_index(from[i]);
}

/// copy_elements(a, to): the elements in row-major order as T. Index values beyond T's exact integers are refused.
template <class T, class A> void copy_elements(const A& a, T* to) {
  using traits = argument_traits<A>;
  constexpr int rank = traits::rank;
  std::size_t index[rank + 1]{};
  std::size_t count = 1;
  for (int axis = 0; axis < rank; ++axis) count *= traits::size(a, axis);
  if (contiguous(a)) return copy_run(first_element(a), count, to);
  for (std::size_t i = 0; i < count; ++i) {
    std::ptrdiff_t at = 0;
    for (int axis = 0; axis < rank; ++axis) at += static_cast<std::ptrdiff_t>(index[axis]) * traits::stride(a, axis);
    copy_run(first_element(a) + at, 1, to + i);
    for (int axis = rank - 1; axis >= 0 && ++index[axis] == traits::size(a, axis); --axis) index[axis] = 0;
  }
}

} // namespace fluxpp::inline v0_1::arguments

namespace fluxpp::inline v0_1 {

/// strided_view<T, Rank>: elements that something else owns, any distances apart.
template <class T, int Rank> struct strided_view {
  using value_type = T;
  const T* first = nullptr;
  std::array<std::size_t, Rank> extents{};
  std::array<std::ptrdiff_t, Rank> distances{};

  const T* data() const { return first; }
  const auto& shape() const { return extents; }
  const auto& strides() const { return distances; }
};

/// ranked<N>(x): x, whose rank is known at run time only (xt::xarray), as an array of rank N.
/// errors   run: x has another rank (shape_error)
template <int N, class X> auto ranked(const X& x) {
  if (static_cast<int>(x.shape().size()) != N)
    throw shape_error("ranked<" + std::to_string(N) + ">(x)", "x has " + std::to_string(x.shape().size()) + " axes",
                      "x", -1, N, static_cast<std::int64_t>(x.shape().size()));
  strided_view<typename X::value_type, N> view{arguments::first_element(x)};
  for (std::size_t i = 0; i < N; ++i) {
    view.extents[i] = static_cast<std::size_t>(x.shape()[i]);
    view.distances[i] = static_cast<std::ptrdiff_t>(x.strides()[i]);
  }
  return view;
}

} // namespace fluxpp::inline v0_1
