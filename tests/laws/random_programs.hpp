// SPDX-License-Identifier: MIT
#pragma once
// Random programs built by the compiler: value and gradient on the CPU agree with the reference evaluator.
#include "laws/compiled.hpp"
#include "laws/random_program.hpp"

#include <array>

namespace laws {

/// Extents of the vector are static, those of the others are known at the call.
template <unsigned Seed> void check_named_extents() {
  std::array<double, 5> v{};
  const numbers w = normal(5, 1);
  std::copy(w.begin(), w.end(), v.begin());
  const auto m = normal_tensor<2>({4, 5}, 2);
  const auto b = normal_tensor<3>({3, 4, 5}, 3);
  check_agreement<value_and_gradient<random_programs::function<Seed>>>(1e-11, 0.7, v, m, b);
}

/// Only the leading extent is known at the call, so that the compiler plans the memory; arrays are large enough for
/// loops to be divided among threads.
template <unsigned Seed> void check_batch() {
  constexpr int k = 16;
  using fx::arguments::argument;
  using program = fx::eval::function_program<value_and_gradient<random_programs::function<Seed, k>>, argument<double>,
                                             argument<double, 5 * k>, argument<double, 4 * k, 5 * k>,
                                             argument<double, -1, 4 * k, 5 * k>>;
  const auto v = normal_tensor<1>({5 * k}, 1);
  const auto m = normal_tensor<2>({4 * k, 5 * k}, 2);
  const auto b = normal_tensor<3>({3 * k, 4 * k, 5 * k}, 3);
  const difference d = compare(run_on_cpu<double, program>(0.7, v, m, b), run_reference<program>(0.7, v, m, b));
  INFO(d.str());
  CHECK(d.within(1e-10));
}

template <unsigned Seed> void check_seed() {
  INFO("seed " << Seed);
  if constexpr (Seed % 2 == 0) check_named_extents<Seed>();
  else check_batch<Seed>();
}
template <unsigned First, unsigned... I> void check_seeds(std::integer_sequence<unsigned, I...>) {
  (check_seed<First + I>(), ...);
}

} // namespace laws
