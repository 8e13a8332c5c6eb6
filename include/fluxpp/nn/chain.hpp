// SPDX-License-Identifier: MIT
#pragma once
// chain: layers one after the other.
#include "fluxpp/nn/context.hpp"
#include "fluxpp/nn/tuple.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

template <layer... L> struct chain_layer {
  heterogeneous<L...> layers;

  constexpr var operator()(context& c, var x) const {
    int number = 0;
    return fold_left(layers, x,
                     [&](var v, const auto& l) { return c.within(number++, [&] { return apply(l, c, v); }); });
  }
};

} // namespace nn

/// chain(a, b, c): the layers in order; parameters are named by position, "0.weight".
template <nn::layer... L> constexpr nn::chain_layer<L...> chain(L... l) { return {{l...}}; }

} // namespace fluxpp::inline v0_1
