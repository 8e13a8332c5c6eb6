// SPDX-License-Identifier: MIT
// The matrix product against a plain loop in long double: shapes, strides, edges, and the same bits on any number of threads.

#include "catch.hpp"

#include "fluxpp/kernels/gemm.hpp"

#include <cstring>
#include <limits>
#include <vector>

namespace {
using namespace fluxpp;
using kernels::strided;

/// How an operand lies in memory.
enum class order { rows, columns, spread };

/// matrix: numbers in [-1, 1] that depend on the seed alone.
template <class T> struct matrix {
  int m, n;
  order o;
  std::vector<T> data;

  matrix(int rows, int columns, order layout, unsigned seed)
      : m(rows), n(columns), o(layout),
        data(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * 2 + 1) {
    for (T& x : data) {
      seed = seed * 1664525u + 1013904223u;
      x = static_cast<T>(seed >> 8) / static_cast<T>(1 << 23) - 1;
    }
  }

  strided<T> view() const {
    if (o == order::rows) return {data.data(), n, 1};
    if (o == order::columns) return {data.data(), 1, m};
    return {data.data(), 2 * n, 2};
  }
  T operator()(int i, int j) const { return view().data[i * view().row + j * view().col]; }
};

/// Whether c, which began as `before`, is a b (+ before) within the bound of a sum of k products, and untouched elsewhere.
template <class T>
bool correct(const matrix<T>& a, const matrix<T>& b, const std::vector<T>& before, const std::vector<T>& c, int ldc,
             bool add) {
  bool good = true;
  for (int i = 0; i < a.m; ++i)
    for (int j = 0; j < ldc; ++j) {
      const std::size_t at = static_cast<std::size_t>(i * ldc + j);
      if (j >= b.n) {
        good = good && c[at] == before[at];
        continue;
      }
      long double sum = add ? before[at] : 0, size = std::abs(sum);
      for (int p = 0; p < a.n; ++p) {
        const long double product = static_cast<long double>(a(i, p)) * b(p, j);
        sum += product, size += std::abs(product);
      }
      const long double bound = (a.n + 2) * size * std::numeric_limits<T>::epsilon() / 2;
      good = good && std::abs(static_cast<long double>(c[at]) - sum) <= bound;
    }
  return good;
}

template <class T> std::vector<T> run(const matrix<T>& a, const matrix<T>& b, std::vector<T> c, int ldc, bool add) {
  kernels::gemm(a.m, b.n, a.n, a.view(), b.view(), c.data(), ldc, add);
  return c;
}

template <class T> bool check(int m, int n, int k, order oa, order ob) {
  const matrix<T> a(m, k, oa, 1), b(k, n, ob, 2);
  bool good = true;
  for (int gap : {0, 3})
    for (bool add : {false, true}) {
      const int ldc = n + gap;
      const matrix<T> c(m, ldc, order::rows, 3);
      good = good && correct(a, b, c.data, run(a, b, c.data, ldc, add), ldc, add);
    }
  return good;
}

template <class T> void check_layouts(int m, int n, int k) {
  for (order oa : {order::rows, order::columns, order::spread})
    for (order ob : {order::rows, order::columns, order::spread}) {
      INFO(m << " x " << n << " x " << k << ", layouts " << static_cast<int>(oa) << " " << static_cast<int>(ob));
      CHECK(check<T>(m, n, k, oa, ob));
    }
}
} // namespace

TEST_CASE("gemm is right for every small shape") {
  for (int m : {1, 2, 3, 5, 7, 11, 13, 14, 25})
    for (int n : {1, 2, 3, 10, 15, 16, 17, 31, 33, 48})
      for (int k : {1, 2, 7, 16, 33}) check_layouts<float>(m, n, k);
}

TEST_CASE("gemm is right in double") {
  for (int m : {1, 4, 9, 26})
    for (int n : {1, 5, 8, 9, 20})
      for (int k : {1, 3, 64}) check_layouts<double>(m, n, k);
}

TEST_CASE("gemm is right where blocks, panels and strips end") {
  check_layouts<float>(30, 40, 801);   // three blocks of the depth
  check_layouts<float>(9, 1100, 65);   // more columns than a panel block
  check_layouts<float>(128, 130, 128); // power-of-two strides
  check_layouts<float>(12, 256, 256);
  check_layouts<float>(5, 4, 2500); // scalar products in pieces
  check_layouts<double>(31, 47, 450);
}

TEST_CASE("gemm is right for the layers of a small network") {
  CHECK(check<float>(64, 128, 784, order::rows, order::columns));
  CHECK(check<float>(128, 784, 64, order::columns, order::rows));
  CHECK(check<float>(64, 10, 128, order::rows, order::columns));
  CHECK(check<float>(10, 128, 64, order::columns, order::rows));
  CHECK(check<float>(64, 128, 10, order::rows, order::rows));
}

TEST_CASE("a product over nothing is zero, and an empty product touches nothing") {
  std::vector<float> c{1, 2, 3, 4};
  const std::vector<float> none;
  const strided<float> nothing{none.data(), 1, 1};
  kernels::gemm(2, 2, 0, nothing, nothing, c.data(), 2, true);
  CHECK(c == std::vector<float>{1, 2, 3, 4});
  kernels::gemm(0, 2, 3, nothing, nothing, c.data(), 2, false);
  kernels::gemm(2, 0, 3, nothing, nothing, c.data(), 2, false);
  CHECK(c == std::vector<float>{1, 2, 3, 4});
  kernels::gemm(2, 1, 0, nothing, nothing, c.data(), 2, false);
  CHECK(c == std::vector<float>{0, 2, 0, 4});
}

TEST_CASE("NaN and infinity reach the elements they belong to, and no others") {
  matrix<float> a(14, 20, order::rows, 1), b(20, 18, order::rows, 2);
  a.data[3 * 20 + 5] = std::numeric_limits<float>::quiet_NaN();
  b.data[7 * 18 + 17] = std::numeric_limits<float>::infinity();
  const std::vector<float> c = run(a, b, std::vector<float>(14 * 18), 18, false);
  for (int i = 0; i < 14; ++i)
    for (int j = 0; j < 18; ++j) {
      const float x = c[static_cast<std::size_t>(i * 18 + j)];
      if (i == 3) CHECK(std::isnan(x));
      else CHECK(std::isinf(x) == (j == 17));
    }
}

TEST_CASE("the number of threads does not change a bit of the product") {
  struct shape {
    int m, n, k;
    order a, b;
  };
  for (const shape s :
       {shape{64, 128, 784, order::rows, order::columns}, shape{128, 784, 64, order::columns, order::rows},
        shape{7, 900, 400, order::rows, order::columns}, shape{300, 9, 512, order::rows, order::columns},
        shape{301, 203, 107, order::rows, order::rows}, shape{1, 3000, 500, order::rows, order::rows},
        shape{3000, 1, 500, order::columns, order::rows}}) {
    const matrix<float> a(s.m, s.k, s.a, 1), b(s.k, s.n, s.b, 2);
    const std::vector<float> zeros(static_cast<std::size_t>(s.m * s.n));
    kernels::thread_pool::instance().resize(1);
    const std::vector<float> alone = run(a, b, zeros, s.n, false);
    for (int threads : {2, 3, 7}) {
      kernels::thread_pool::instance().resize(threads);
      const std::vector<float> shared = run(a, b, zeros, s.n, false);
      INFO(s.m << " x " << s.n << " x " << s.k << " on " << threads << " threads");
      CHECK(std::memcmp(alone.data(), shared.data(), alone.size() * sizeof(float)) == 0);
    }
  }
  kernels::thread_pool::instance().resize(2);
}
