// SPDX-License-Identifier: MIT
#pragma once
// The gradients of all arguments as one array.
#include <tuple>
#include <type_traits>

namespace bench {

template <class Array, class G> void append(Array& all, const G& g) {
  if constexpr (std::is_arithmetic_v<G>) all.push_back(g);
  else all.insert(all.end(), g.begin(), g.end());
}
/// flattened<Array>(g): what a gradient has of each argument, one after the other.
template <class Array, class Gradients> Array flattened(const Gradients& g) {
  Array all;
  if constexpr (requires { g.values; }) std::apply([&](const auto&... each) { (append(all, each), ...); }, g.values);
  else append(all, g);
  return all;
}

} // namespace bench
