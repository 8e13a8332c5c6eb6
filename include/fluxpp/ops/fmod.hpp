// SPDX-License-Identifier: MIT
#pragma once
// fmod: the rest of a division.
#include "fluxpp/ops/trunc.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// fmod(a, b): a - trunc(a / b) b, elementwise, exactly and with the sign of a; NaN where b is 0 or a is infinite.
/// grad     1 in a, -trunc(a / b) in b
/// accuracy exact
struct fmod : elementwise<2> {
  static constexpr auto name = "fmod";
  template <class V> static constexpr V forward(V a, V b) {
    using std::fmod;
    return fmod(a, b);
  }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) { return {V(1), -fluxpp::trunc(a / b)}; }
  static constexpr std::array samples{std::array{5.5, 2.0}, std::array{-5.5, 1.75}, std::array{0.5, -3.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::fmod> fmod{};
} // namespace fluxpp::inline v0_1
