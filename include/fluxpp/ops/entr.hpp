// SPDX-License-Identifier: MIT
#pragma once
// entr: what a probability adds to an entropy.
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/select.hpp"

#include <limits>

namespace fluxpp::inline v0_1 {
namespace ops {

/// entr(x): -x log(x), elementwise; 0 at 0, -inf below.
/// grad     -log(x) - 1, inf at 0
/// accuracy 4 ulp
/// units    nats
struct entr : elementwise<1> {
  static constexpr auto name = "entr";
  static constexpr double domain[2]{0, 1e15};
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::log;
    const V inside = select(x == V(0), V(0), -x * log(x));
    return select(x < V(0), V(-std::numeric_limits<scalar::real_of<V>>::infinity()), inside);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {-fluxpp::log(x) - V(1)}; }
  static constexpr std::array samples{0.0625, 0.5, 1.0, 3.0};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::entr> entr{};
} // namespace fluxpp::inline v0_1
