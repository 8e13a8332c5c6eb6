// SPDX-License-Identifier: MIT
#pragma once
// The kernel of uniform: a stream of random numbers.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/uniform.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::uniform> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    fill_uniform(s.out, s.size(), s.seed, static_cast<std::uint32_t>(s.attr.value[0]), s.step);
  }
};

}  // namespace fluxpp::inline v0_1::kernels
