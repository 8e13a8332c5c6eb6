// SPDX-License-Identifier: MIT
#pragma once
// Pooling layers.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1 {
namespace nn {

template <pool_options Options> struct max_pool_layer {
  constexpr var operator()(var x) const { return fluxpp::max_pool2d(x, Options); }
};
template <pool_options Options> struct avg_pool_layer {
  constexpr var operator()(var x) const { return fluxpp::avg_pool2d(x, Options); }
};
struct global_avg_pool_layer {
  constexpr var operator()(var x) const { return fluxpp::global_avg_pool2d(x); }
};
} // namespace nn

/// max_pool<2>(): the largest element under each 2 x 2 window, without overlap.
/// shapes   x [n, c, h, w] -> [n, c, h / 2, w / 2]
template <int Size> constexpr auto max_pool() { return nn::max_pool_layer<pool_options{.size = Size}>{}; }
template <pool_options Options> constexpr auto max_pool() { return nn::max_pool_layer<Options>{}; }

/// avg_pool<2>(): the mean under each 2 x 2 window, without overlap.
/// shapes   x [n, c, h, w] -> [n, c, h / 2, w / 2]
template <int Size> constexpr auto avg_pool() { return nn::avg_pool_layer<pool_options{.size = Size}>{}; }
template <pool_options Options> constexpr auto avg_pool() { return nn::avg_pool_layer<Options>{}; }

/// global_avg_pool(): the mean of each channel.
/// shapes   x [n, c, h, w] -> [n, c]
constexpr nn::global_avg_pool_layer global_avg_pool() { return {}; }

} // namespace fluxpp::inline v0_1
