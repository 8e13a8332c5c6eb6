// SPDX-License-Identifier: MIT
#pragma once
// copy: the same value in storage of its own, for results that would otherwise share memory.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1::ops {

/// copy(x): x, elementwise, in memory of its own. Attribute 0 tells copies of one value apart.
/// accuracy exact
struct copy : elementwise<1> {
  static constexpr auto name = "copy";
  static constexpr int cost = 0;
  template <class V> static constexpr V forward(V x) { return x; }
  template <class V> static constexpr std::array<V, 1> partials(V, V) { return {V(1)}; }
  static constexpr std::array samples{-2.0, 1.5};
  static constexpr double max_ulp = 0;
};

/// The node whose storage a value shows, through views that repeat nothing.
constexpr int storage_of(const graph::tape& t, int id) {
  while (t[id].op->kind == graph::kind::reshape) id = t[id].args[0];
  return id;
}

/// own_value(v, outputs): v, or a copy of it if it is an input, a constant, a repeated value or one of the outputs.
constexpr var own_value(var v, const list<int>& outputs) {
  graph::tape& t = *v.tape;
  const int id = storage_of(t, v.id);
  const graph::kind k = t[id].op->kind;
  bool shared = k == graph::kind::input || k == graph::kind::constant || k == graph::kind::broadcast;
  for (int o : outputs) shared = shared || storage_of(t, o) == id;
  if (!shared) return v;
  graph::node n{&info<copy>, {v.id, -1, -1, -1}, t[v.id].shape, t.intern(graph::make_attributes(outputs.size()))};
  return {t, t.push(n)};
}

} // namespace fluxpp::inline v0_1::ops
