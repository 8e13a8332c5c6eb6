// SPDX-License-Identifier: MIT
#pragma once
// Vars in the shapes that users hand them around: one, or a tuple, pair or array of such; to a list and back.
#include "fluxpp/ops/broadcast.hpp"

#include <tuple>

namespace fluxpp::inline v0_1::ops {

/// Tuples, pairs and arrays.
template <class V> concept tuple_like = requires { std::tuple_size<V>::value; };

/// append_vars(out, v): the vars of v, from first to last; plain numbers become constants of t.
template <class V> constexpr void append_vars(graph::tape& t, list<var>& out, const V& v) {
  if constexpr (tuple_like<V>) {
    std::apply([&](const auto&... each) { (append_vars(t, out, each), ...); }, v);
  } else {
    const var x = v;
    out.push(x.exists() ? x : t.constant(x.number));
  }
}
template <class V> constexpr list<var> vars_of(graph::tape& t, const V& v) {
  list<var> out;
  append_vars(t, out, v);
  return out;
}

/// tape_in(v...): the tape of the first var that is on one, or nullptr.
template <class... V> constexpr graph::tape* tape_in(const V&... v) {
  graph::tape* t = nullptr;
  const auto look = [&t](const auto& self, const auto& x) -> void {
    if constexpr (tuple_like<std::remove_cvref_t<decltype(x)>>)
      std::apply([&](const auto&... each) { (self(self, each), ...); }, x);
    else if (const var y = x; t == nullptr && y.exists()) t = y.tape;
  };
  (look(look, v), ...);
  return t;
}

/// like<V>(x, at): a V of the vars of x from number `at` on, which moves behind them.
template <class V> constexpr auto like(const list<var>& x, int& at) {
  if constexpr (tuple_like<V>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple{like<std::tuple_element_t<I, V>>(x, at)...}; // braces: from left to right
    }
    (std::make_index_sequence<std::tuple_size_v<V>>{});
  } else {
    return x[at++];
  }
}

} // namespace fluxpp::inline v0_1::ops
