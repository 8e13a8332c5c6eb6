// SPDX-License-Identifier: MIT
#pragma once
// The kernels of matmul and batched_matmul.
#include "fluxpp/kernels/copy.hpp"
#include "fluxpp/kernels/gemm.hpp"
#include "fluxpp/kernels/step.hpp"
#include "fluxpp/ops/matmul.hpp"

namespace fluxpp::inline v0_1::kernels {

/// matrix_of(data, shape, transposed): the last two axes as a matrix.
template <class T> strided<T> matrix_of(const T* data, const dims& shape, bool transposed) {
  const std::ptrdiff_t row = shape[shape.rank - 1];
  return transposed ? strided<T>{data, 1, row} : strided<T>{data, row, 1};
}

template <> struct step<ops::matmul> {
  template <class T> static std::size_t scratch(const step_args<T>&) { return 0; }
  template <class T> static void run(const step_args<T>& s) {
    const bool ta = s.attr.value[0] != 0, tb = s.attr.value[1] != 0;
    gemm(s.shape[0], s.shape[1], ops::matrix_extent(s.in_shape[0], 1, ta), matrix_of(s.in[0], s.in_shape[0], ta),
         matrix_of(s.in[1], s.in_shape[1], tb), s.out, std::ptrdiff_t{s.shape[1]}, false);
  }
};

/// The strides between matrices along the leading axes of a result; 0 where the operand repeats.
struct lead_strides {
  std::ptrdiff_t axis[max_rank]{};

  lead_strides(const dims& operand, int rank) {
    const strides_of strides(operand);
    for (int i = 0; i + 2 < operand.rank; ++i) axis[i + rank - operand.rank] = operand[i] == 1 ? 0 : strides[i];
  }
};

template <> struct step<ops::batched_matmul> {
  template <class T> static std::size_t scratch(const step_args<T>&) { return 0; }
  template <class T> static void run(const step_args<T>& s) {
    const bool ta = s.attr.value[0] != 0, tb = s.attr.value[1] != 0;
    const int rank = s.shape.rank, m = s.shape[rank - 2], n = s.shape[rank - 1];
    const int k = ops::matrix_extent(s.in_shape[0], 1, ta);
    const lead_strides a(s.in_shape[0], rank), b(s.in_shape[1], rank);
    copy_axes lead;
    for (int i = 0; i + 2 < rank; ++i) lead.push({s.shape[i], a.axis[i], b.axis[i]});
    const std::ptrdiff_t size = std::ptrdiff_t{m} * n;
    const bool alone = lead.count < thread_pool::instance().size(); // then threads share each product
    const auto multiply = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = first; i < last; ++i) {
        const copy_axis at = lead.offsets(i);
        gemm(m, n, k, matrix_of(s.in[0] + at.from, s.in_shape[0], ta), matrix_of(s.in[1] + at.to, s.in_shape[1], tb),
             s.out + i * size, std::ptrdiff_t{n}, false, alone);
      }
    };
    if (alone) multiply(0, lead.count);
    else in_parts(lead.count, size * k / 8, multiply);
  }
};

} // namespace fluxpp::inline v0_1::kernels
