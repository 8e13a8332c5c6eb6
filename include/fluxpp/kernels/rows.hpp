// SPDX-License-Identifier: MIT
#pragma once
// map_row: one function on all elements of rows of memory, by batches.
#include "fluxpp/simd/simd.hpp"

#include <cstddef>

namespace fluxpp::inline v0_1::kernels {

/// map_row(n, to, f, from...): to[i] = f(from[i]...) for n elements; f takes batches and numbers alike.
template <class T, class F, class... From> void map_row(std::ptrdiff_t n, T* to, F&& f, const From*... from) {
  using batch = simd::batch<T>;
  std::ptrdiff_t i = 0;
  for (; i + batch::size <= n; i += batch::size) f(batch::load(from + i)...).store(to + i);
  for (; i < n; ++i) to[i] = f(from[i]...);
}

} // namespace fluxpp::inline v0_1::kernels
