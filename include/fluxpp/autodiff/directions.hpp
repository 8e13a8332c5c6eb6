// SPDX-License-Identifier: MIT
#pragma once
// Directions as numbers: the matrices that a program of many directions is called with, a few rows at a time.
#include "fluxpp/autodiff/directional.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <vector>

namespace fluxpp::inline v0_1 {
namespace autodiff {

/// rows_of<K, N>: the type of the shape [K, N]; N is -1 where the call tells it.
template <int K, int N> struct rows_of {};

} // namespace autodiff

template <int K, int N> struct arguments::static_extents<autodiff::rows_of<K, N>> {
  static constexpr int rank = 2;
  static constexpr int extent(int axis) { return axis == 0 ? K : N; }
};

namespace autodiff {

/// So many directions go through a program at once where the call tells how many there are, at most twice as many where types
/// do, dealt out evenly: a row of lanes or two; more would only take the arrays out of the cache.
inline constexpr int usual_directions = 8;
constexpr int rows_for(int n) {
  if (n <= 0) return n < 0 ? usual_directions : 1;
  const int calls = (n + 2 * usual_directions - 1) / (2 * usual_directions);
  return (n + calls - 1) / calls;
}

/// The elements that the type of an argument tells; -1 where the call does.
template <class A> constexpr int static_size() {
  int n = 1;
  for (int i = 0; i < arguments::argument_traits<A>::rank; ++i) {
    const int e = arguments::argument_traits<A>::extent(i);
    n = e < 0 || n < 0 ? -1 : n * e;
  }
  return n;
}
template <class A> std::size_t size_of(const A& a) {
  std::size_t n = 1;
  if constexpr (arguments::argument_traits<A>::rank > 0)
    for (int i = 0; i < arguments::argument_traits<A>::rank; ++i) n *= arguments::argument_traits<A>::size(a, i);
  return n;
}

/// direction_rows<T, K, N>: K directions of one argument, zero where nothing is set.
template <class T, int K, int N> class direction_rows {
public:
  using value_type = T;
  using shape_type = rows_of<K, N>;

  explicit direction_rows(std::size_t columns) : columns_(columns) {
    if constexpr (!in_place) values_.resize(K * columns);
  }
  std::array<std::size_t, 2> shape() const { return {K, columns_}; }
  const T* data() const { return values_.data(); }
  auto begin() const { return values_.begin(); }
  std::size_t columns() const { return columns_; }
  T& operator()(std::size_t row, std::size_t column) { return values_[row * columns_ + column]; }

private:
  static constexpr bool in_place = N >= 0 && K * N <= 256;
  std::size_t columns_;
  std::conditional_t<in_place, std::array<T, in_place ? static_cast<std::size_t>(K* N) : 0>, std::vector<T>> values_{};
};

/// directions<T, K, N...>: K directions of several arguments, whose elements count through.
template <class T, int K, int... N> class directions {
public:
  template <class... Size> explicit directions(Size... columns) : parts_(columns...) {}

  std::size_t size() const {
    return std::apply([](const auto&... part) { return (part.columns() + ... + 0); }, parts_);
  }
  /// For K directions after the other, of `count`: sets element j to v in direction of(j), calls run(rows...) with the
  /// matrices, and visit(result, first, rows) with what it gives, the number of the first direction and how many there are.
  template <class Of, class Run, class Visit>
  void sweep(std::size_t count, T v, const Of& of, const Run& run, const Visit& visit) {
    for (std::size_t first = 0; first < count; first += K) {
      set(first, v, of);
      visit(std::apply(run, parts_), first, std::min<std::size_t>(K, count - first));
      set(first, 0, of);
    }
  }

private:
  template <class Of> void set(std::size_t first, T v, const Of& of) {
    std::size_t j = 0;
    const auto fill = [&](auto& part) {
      for (std::size_t i = 0; i < part.columns(); ++i, ++j)
        if (const std::size_t row = static_cast<std::size_t>(of(j)) - first; row < K) part(row, i) = v;
    };
    std::apply([&](auto&... part) { (fill(part), ...); }, parts_);
  }
  std::tuple<direction_rows<T, K, N>...> parts_;
};

/// Direction j is that of element j.
inline constexpr auto own_direction = [](std::size_t j) { return j; };

/// The directions of the arguments at these positions, as many at once as suits what their types tell of their elements.
template <class T, std::size_t... At, class... A>
auto directions_at(std::index_sequence<At...>, const std::tuple<const A&...>& args) {
  constexpr std::array<int, sizeof...(At) + 1> size{static_size<std::tuple_element_t<At, std::tuple<A...>>>()..., 0};
  constexpr bool known = std::all_of(size.begin(), size.end(), [](int n) { return n >= 0; });
  constexpr int rows = rows_for(known ? std::accumulate(size.begin(), size.end(), 0) : -1);
  return directions<T, rows, static_size<std::tuple_element_t<At, std::tuple<A...>>>()...>(
      size_of(std::get<At>(args))...);
}
/// The position of the i-th argument that is wanted.
template <class F, int N, text... Wrt> constexpr std::size_t position_at(std::size_t i) {
  return static_cast<std::size_t>(positions<F, N, Wrt...>()[static_cast<int>(i)]);
}
/// directions_of<T, F, Wrt...>(args...): directions of the arguments to differentiate.
template <class T, class F, text... Wrt, class... A> auto directions_of(const A&... args) {
  constexpr std::size_t wanted = sizeof...(Wrt) == 0 ? sizeof...(A) : sizeof...(Wrt);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return directions_at<T>(std::index_sequence<position_at<F, int{sizeof...(A)}, Wrt...>(I)...>{}, std::tie(args...));
  }
  (std::make_index_sequence<wanted>{});
}

/// The elements of a result: of a number, one.
template <class Y> std::size_t element_count(const Y& y) {
  if constexpr (arguments::number<Y>) return 1;
  else return y.size();
}

} // namespace autodiff
} // namespace fluxpp::inline v0_1
