// SPDX-License-Identifier: MIT
#pragma once
// What a step with a kernel of its own is given: operands, result, extents as numbers, scratch memory.
#include "fluxpp/graph/node.hpp"

#include <cstddef>
#include <cstdint>

namespace fluxpp::inline v0_1::kernels {

/// step_args<T>: one step of a plan, bound. All arrays are contiguous and row-major; shapes hold numbers only.
template <class T> struct step_args {
  const T* in[4]{};
  T* out = nullptr;
  dims in_shape[4]{};
  dims shape{};
  graph::attributes attr{};
  T* scratch = nullptr;
  std::uint64_t seed = 0;
  std::uint32_t step = 0;

  std::size_t size() const { return size(shape); }
  static std::size_t size(const dims& d) {
    std::size_t n = 1;
    for (int i = 0; i < d.rank; ++i) n *= static_cast<std::size_t>(d[i]);
    return n;
  }
};

/// step<Op>: how a CPU runs an operation that has a kernel of its own:
///   template <class T> static void run(const step_args<T>&);
///   template <class T> static std::size_t scratch(const step_args<T>&);   // elements of T; pointers are not read
template <class Op> struct step;

} // namespace fluxpp::inline v0_1::kernels
