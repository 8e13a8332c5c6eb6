// SPDX-License-Identifier: MIT
#pragma once
// elu: the exponential linear unit.
#include "fluxpp/ops/select.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// elu(x): x above 0, else e^x - 1, elementwise.
/// grad     1 above 0, else y + 1
/// accuracy 2 ulp
/// source   Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289
struct elu : elementwise<1> {
  static constexpr auto name = "elu";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::expm1;
    return select(x > V(0), x, expm1(x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) {
    return {fluxpp::select(fluxpp::greater(y, V(0)), V(1), y + V(1))};
  }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::elu> elu{};
} // namespace fluxpp::inline v0_1
