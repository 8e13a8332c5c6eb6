// SPDX-License-Identifier: MIT
#pragma once
// leaky_relu: the rectified linear unit that lets some through below zero.
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// leaky_relu(x, slope): x above 0, else slope x, elementwise; leaky_relu(x) has the slope 0.01.
/// grad     in x 1 above 0, else slope; in slope 0 above 0, else x; grad at 0 is that of the left side
/// accuracy 0.5 ulp
/// source   He, Zhang, Ren & Sun 2015, arXiv:1502.01852
struct leaky_relu : elementwise<2> {
  static constexpr auto name = "leaky_relu";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x, V slope) {
    using scalar::select;
    return select(x > V(0), x, slope * x);
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V slope, V) {
    const V above = fluxpp::greater(x, V(0));
    return {fluxpp::select(above, V(1), slope), fluxpp::select(above, V(0), x)};
  }
  static constexpr std::array samples{std::array{-2.0, 0.25}, std::array{1.5, 0.25}, std::array{-0.5, -1.0}};
  static constexpr double max_ulp = 0.5;
};

/// The object behind fluxpp::leaky_relu: with one argument, an activation like the others.
struct leaky_relu_operation : operation<leaky_relu> {
  using operation<leaky_relu>::operator();
  constexpr var operator()(var x) const { return (*this)(x, 0.01, x.exists() ? x.tape->line : 0); }
  template <class V> constexpr V operator()(V x) const { return (*this)(x, V(scalar::real_of<V>(0.01))); }
};

} // namespace ops

inline constexpr ops::leaky_relu_operation leaky_relu{};
} // namespace fluxpp::inline v0_1
