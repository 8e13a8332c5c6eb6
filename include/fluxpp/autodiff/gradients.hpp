// SPDX-License-Identifier: MIT
#pragma once
// What transforms return: values beside their derivatives, and gradients by name.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/tensor.hpp"
#include "fluxpp/graph/function.hpp"

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace fluxpp::inline v0_1 {

/// gradients: one entry per argument that was differentiated, by position, by name, or by a name known at run time.
template <class Names, class T, class... G> struct gradients {
  std::tuple<G...> values;

  template <std::size_t Index> const auto& get() const { return std::get<Index>(values); }
  template <text Name> const auto& get() const {
    static_assert(Names::template at<Name> >= 0,
                  "fluxpp::gradients::get<name>(): the name must be one that was differentiated");
    return std::get<static_cast<std::size_t>(Names::template at<Name> < 0 ? 0 : Names::template at<Name>)>(values);
  }
  template <text Name> const auto& operator[](name<Name>) const { return get<Name>(); }
  /// Throws value_error for a name that was not differentiated.
  array_ref<T> operator[](std::string_view key) { return look_up(key, std::index_sequence_for<G...>{}); }

private:
  template <class V> static array_ref<T> as_ref(V& v) {
    if constexpr (std::is_same_v<V, T>) return {&v, 1};
    else return {v.data(), v.size()};
  }
  template <std::size_t... Index> array_ref<T> look_up(std::string_view key, std::index_sequence<Index...>) {
    array_ref<T> found;
    ((Names::list[Index] == key ? (found = as_ref(std::get<Index>(values)), 0) : 0), ...);
    if (found.data == nullptr) no_such_name(key);
    return found;
  }
  [[noreturn]] static void no_such_name(std::string_view key) {
    std::string known;
    for (std::string_view n : Names::list) known.append(n.empty() ? "" : " ").append(n);
    throw value_error("gradients", "no gradient is named '" + std::string(key) + "'; there are:" + known,
                      std::string(key));
  }
};

/// value_and_gradient: auto [value, g] = fx::value_and_grad(f)(x).
template <class V, class G> struct value_and_gradient {
  V value;
  G gradient;
};
/// value_and_tangent: auto [y, dy] = fx::jvp(f)(x, dx).
template <class V> struct value_and_tangent {
  V value;
  V tangent;
};

namespace autodiff {

/// gradients_at<First, Names, T>(get, indices): the results from number First on, one per name.
template <int First, class Names, class T, class Get, int... Index>
constexpr auto gradients_at(const Get& get, std::integer_sequence<int, Index...>) {
  return gradients<Names, T, decltype(get.template operator()<First + Index>())...>{
      {get.template operator()<First + Index>()...}};
}
/// The first Count results; a single one stands for itself.
template <int Count, class Names, class T, class Get> constexpr auto gradients_or_one(const Get& get) {
  if constexpr (Count == 1) return get.template operator()<0>();
  else return gradients_at<0, Names, T>(get, std::make_integer_sequence<int, Count>{});
}
/// The first result, and the Count that follow as its gradients.
template <int Count, class Names, class T, class Get> constexpr auto value_then_gradients(const Get& get) {
  auto g = gradients_at<1, Names, T>(get, std::make_integer_sequence<int, Count>{});
  return value_and_gradient<decltype(get.template operator()<0>()), decltype(g)>{get.template operator()<0>(),
                                                                                 std::move(g)};
}

} // namespace autodiff

} // namespace fluxpp::inline v0_1

/// Structured bindings of gradients.
template <class Names, class T, class... G>
struct std::tuple_size<fluxpp::gradients<Names, T, G...>> : std::integral_constant<std::size_t, sizeof...(G)> {};
template <std::size_t Index, class Names, class T, class... G>
struct std::tuple_element<Index, fluxpp::gradients<Names, T, G...>> {
  using type = std::tuple_element_t<Index, std::tuple<G...>>;
};
