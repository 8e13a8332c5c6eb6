// SPDX-License-Identifier: MIT
#pragma once
// A row times a matrix whose rows are contiguous: the matrix is read once and in order, nothing is packed.

#include <fluxpp/kernels/gemm/pack.hpp>

namespace fluxpp::inline v0_1::kernels::matrix {
/// add_rows<Rows>(n, a, b, c, fresh): c = or += the first Rows rows of b, n columns, times the factors in a.
template <int Rows, class T> void add_rows(int n, const strided<T>& a, const strided<T>& b, T* c, bool fresh) {
  using batch = simd::batch<T>;
  batch factor[Rows];
  for (int r = 0; r < Rows; ++r) factor[r] = batch(a.data[r * a.col]);
  const auto add = [&](int j, auto&& load) {
    batch sum[2]{fresh ? batch(T(0)) : load(c + j), batch(T(0))};
    for (int r = 0; r < Rows; ++r) sum[r % 2] = fma(factor[r], load(b.data + r * b.row + j), sum[r % 2]);
    return Rows == 1 ? sum[0] : sum[0] + sum[1];
  };
  int j = 0;
  for (; j + batch::size <= n; j += batch::size) add(j, [](const T* at) { return batch::load(at); }).store(c + j);
  if (j < n) add(j, [rest = n - j](const T* at) { return batch::load_first(at, rest); }).store_first(c + j, n - j);
}

/// multiply_row: gemm for m = 1 and b.col = 1.
template <class T>
void multiply_row(int, int n, int k, const strided<T>& a, const strided<T>& b, T* c, std::ptrdiff_t, bool accumulate) {
  int p = 0;
  const auto add = [&]<int Rows>(std::integral_constant<int, Rows>) {
    for (; p + Rows <= k; p += Rows) add_rows<Rows>(n, a.from(0, p), b.from(p, 0), c, p == 0 && !accumulate);
  };
  add(std::integral_constant<int, 8>{});
  add(std::integral_constant<int, 4>{});
  add(std::integral_constant<int, 1>{});
}
} // namespace fluxpp::inline v0_1::kernels::matrix
