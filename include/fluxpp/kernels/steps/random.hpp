// SPDX-License-Identifier: MIT
#pragma once
// The kernel of uniform: a stream of random numbers.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/uniform.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::uniform> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    constexpr auto tile = static_cast<std::ptrdiff_t>(uniform_tile<T>::size);
    const auto n = static_cast<std::ptrdiff_t>(s.size()), tiles = (n + tile - 1) / tile;
    const auto stream = static_cast<std::uint32_t>(s.attr.value[0]);
    in_parts(tiles, tile, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      fill_uniform(s.out + first * tile, static_cast<std::size_t>(std::min(n, last * tile) - first * tile), s.seed,
                   stream, s.step, static_cast<std::uint64_t>(first) * uniform_tile<T>::blocks);
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
