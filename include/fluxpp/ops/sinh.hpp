// SPDX-License-Identifier: MIT
#pragma once
// sinh and cosh, which are each other's slopes.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// sinh(x): the hyperbolic sine, elementwise.
/// accuracy 2 ulp
struct sinh : elementwise<1> {
  static constexpr auto name = "sinh";
  template <class V> static constexpr V forward(V x) {
    using std::sinh;
    return sinh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

/// cosh(x): the hyperbolic cosine, elementwise.
/// accuracy 2 ulp
struct cosh : elementwise<1> {
  static constexpr auto name = "cosh";
  template <class V> static constexpr V forward(V x) {
    using std::cosh;
    return cosh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::sinh> sinh{};
inline constexpr operation<ops::cosh> cosh{};

namespace ops {
template <class V> constexpr std::array<V, 1> sinh::partials(V x, V) { return {fluxpp::cosh(x)}; }
template <class V> constexpr std::array<V, 1> cosh::partials(V x, V) { return {fluxpp::sinh(x)}; }
} // namespace ops
} // namespace fluxpp::inline v0_1
