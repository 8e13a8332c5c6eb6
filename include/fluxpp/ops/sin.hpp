// SPDX-License-Identifier: MIT
#pragma once
// sin and cos, which are each other's slopes.
#include "fluxpp/ops/arithmetic.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// sin(x): the sine, elementwise.
/// accuracy 2 ulp for |x| < 1e4
/// units    radians
struct sin : elementwise<1> {
  static constexpr auto name = "sin";
  static constexpr double domain[2]{-1e4, 1e4};
  template <class V> static constexpr V forward(V x) {
    using std::sin;
    return sin(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

/// cos(x): the cosine, elementwise.
/// accuracy 2 ulp for |x| < 1e4
/// units    radians
struct cos : elementwise<1> {
  static constexpr auto name = "cos";
  static constexpr double domain[2]{-1e4, 1e4};
  template <class V> static constexpr V forward(V x) {
    using std::cos;
    return cos(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::sin> sin{};
inline constexpr operation<ops::cos> cos{};

namespace ops {
template <class V> constexpr std::array<V, 1> sin::partials(V x, V) { return {fluxpp::cos(x)}; }
template <class V> constexpr std::array<V, 1> cos::partials(V x, V) { return {-fluxpp::sin(x)}; }
} // namespace ops
} // namespace fluxpp::inline v0_1
