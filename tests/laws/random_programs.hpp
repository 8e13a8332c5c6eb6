// SPDX-License-Identifier: MIT
#pragma once
// Random programs built by the compiler: value and gradient on the CPU agree with the reference evaluator.
#include "laws/compiled.hpp"
#include "laws/random_program.hpp"

#include <array>

namespace laws {

/// One seed: extents of the vector are static, those of the others are known at the call.
template <unsigned Seed> void check_seed() {
  INFO("seed " << Seed);
  std::array<double, 5> v{};
  const numbers w = normal(5, 1);
  std::copy(w.begin(), w.end(), v.begin());
  const auto m = normal_tensor<2>({4, 5}, 2);
  const auto b = normal_tensor<3>({3, 4, 5}, 3);
  check_agreement<value_and_gradient<random_programs::function<Seed>>>(1e-11, 0.7, v, m, b);
}
template <unsigned First, unsigned... I> void check_seeds(std::integer_sequence<unsigned, I...>) {
  (check_seed<First + I>(), ...);
}

} // namespace laws
