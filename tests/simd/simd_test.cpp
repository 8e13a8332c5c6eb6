// SPDX-License-Identifier: MIT
// The vocabulary of simd: what a batch does is what each of its numbers would do, on every target.

#include "catch.hpp"

#include "fluxpp/core/scalar.hpp"
#include "fluxpp/simd/pairs.hpp"
#include "fluxpp/simd/simd.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace {
using namespace fluxpp;

template <class T> using lanes = std::array<T, static_cast<std::size_t>(simd::batch<T>::size)>;

template <class T> lanes<T> lanes_of(simd::batch<T> b) {
  lanes<T> all;
  b.store(all.data());
  return all;
}

/// 1, -2, 3, -4, ...
template <class T> simd::batch<T> alternating() {
  lanes<T> all;
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<T>(i + 1) * (i % 2 == 0 ? T(1) : T(-1));
  return simd::batch<T>::load(all.data());
}

/// An operation's forward body, the same for numbers and batches.
template <class V> constexpr V leaky(V x) {
  using scalar::fma;
  using scalar::select;
  using std::tanh;
  return select((x > 0) | (x != x), x, fma(V(-0.25), x, 1 - x * x));
}
} // namespace

TEMPLATE_TEST_CASE("loads and stores of the first lanes touch nothing else", "", float, double) {
  using batch = simd::batch<TestType>;
  for (int n = 0; n <= batch::size; ++n) {
    const std::vector<TestType> from(static_cast<std::size_t>(n),
                                     TestType(7)); // its end is guarded by AddressSanitizer
    const batch b = batch::load_first(from.data(), n);
    for (int i = 0; i < batch::size; ++i) CHECK(b.get(i) == (i < n ? 7 : 0));
    lanes<TestType> to{};
    to.fill(TestType(-1));
    batch(TestType(3)).store_first(to.data(), n);
    for (int i = 0; i < batch::size; ++i) CHECK(to[static_cast<std::size_t>(i)] == (i < n ? 3 : -1));
    const batch kept = keep_first(batch(TestType(3)), n, TestType(-5));
    for (int i = 0; i < batch::size; ++i) CHECK(kept.get(i) == (i < n ? 3 : -5));
  }
}

TEMPLATE_TEST_CASE("arithmetic and comparisons are those of each lane", "", float, double) {
  using batch = simd::batch<TestType>;
  const batch a = alternating<TestType>(), b = TestType(2);
  const auto one = [&](auto f) {
    const batch result = f(a, b);
    for (int i = 0; i < batch::size; ++i) CHECK(result.get(i) == f(a.get(i), TestType(2)));
  };
  using scalar::select;
  one([](auto x, auto y) { return x + y; });
  one([](auto x, auto y) { return x - y; });
  one([](auto x, auto y) { return x * y / (x * x); });
  one([](auto x, auto y) { return x += y, x *= y, x -= 1, x /= y; });
  one([](auto x, auto y) { return select(x < y, -x, y); });
  one([](auto x, auto y) { return select(x <= y, x, y); });
  one([](auto x, auto y) { return select(x > y, x, y); });
  one([](auto x, auto y) { return select(x >= y, x, y); });
  one([](auto x, auto y) { return select((x == y) | (x == 3), x, y); });
  one([](auto x, auto y) { return select(!(x != y) & (y > 0), x, y); });
  one([](auto x, auto) {
    using std::abs, std::floor;
    return 1 - floor(x / 3) + abs(x);
  });
}

TEMPLATE_TEST_CASE("NaN differs from itself and equals nothing", "", float, double) {
  const simd::batch<TestType> x = std::numeric_limits<TestType>::quiet_NaN();
  CHECK(all(x != x));
  CHECK_FALSE(any(x == x));
  CHECK_FALSE(any((x < x) | (x <= x) | (x > x) | (x >= x)));
  CHECK(all(!(x < TestType(1))));
}

TEMPLATE_TEST_CASE("negation keeps the sign of zero", "", float, double) {
  CHECK(std::signbit((-simd::batch<TestType>(TestType(0))).get(0)));
  CHECK(std::signbit(copysign(simd::batch<TestType>(TestType(2)), TestType(-0.0)).get(0)));
}

TEMPLATE_TEST_CASE("fma rounds once where the machine can", "", float, double) {
  const TestType e = std::numeric_limits<TestType>::epsilon(), x = 1 + e;
  const TestType square = x * x;
  const simd::batch<TestType> lost = fma(simd::batch<TestType>(x), x, -square);
  if (simd::fused<TestType>) CHECK(lost.get(0) == e * e);
  CHECK(fma(simd::batch<TestType>(2), TestType(3), TestType(4)).get(0) == 10);
  CHECK(fnma(simd::batch<TestType>(2), TestType(3), TestType(4)).get(0) == -2);
}

TEMPLATE_TEST_CASE("reductions see every lane, and NaN wins", "", float, double) {
  using batch = simd::batch<TestType>;
  const batch v = alternating<TestType>();
  const lanes<TestType> all = lanes_of(v);
  CHECK(reduce_add(v) == std::accumulate(all.begin(), all.end(), TestType(0)));
  CHECK(reduce_max(v) == *std::max_element(all.begin(), all.end()));
  CHECK(reduce_min(v) == *std::min_element(all.begin(), all.end()));
  for (std::size_t i = 0; i < all.size(); ++i) {
    lanes<TestType> one = all;
    one[i] = std::numeric_limits<TestType>::quiet_NaN();
    const batch w = batch::load(one.data());
    CHECK(std::isnan(reduce_max(w)));
    CHECK(std::isnan(reduce_min(w)));
    CHECK(std::isnan(max(batch(TestType(0)), w).get(static_cast<int>(i))));
    CHECK(std::isnan(min(w, batch(TestType(0))).get(static_cast<int>(i))));
  }
}

template <int g, class T> void check_groups() {
  const lanes<T> v = lanes_of(alternating<T>());
  const simd::batch<T> twice = simd::doubled<g>(alternating<T>());
  const lanes<T> doubled = lanes_of(twice), halved = lanes_of(simd::halved<g>(twice));
  for (std::size_t i = 0; i < v.size(); ++i) CHECK(doubled[i] == v[i / (2 * g) * g + i % g]);
  for (std::size_t i = 0; i < v.size() / 2; ++i) CHECK(halved[i] == v[i]);
}

TEMPLATE_TEST_CASE("groups of lanes come twice and once again", "", float, double) {
  constexpr int size = simd::batch<TestType>::size;
  if constexpr (size >= 2) check_groups<1, TestType>();
  if constexpr (size >= 4) check_groups<2, TestType>();
  if constexpr (size >= 8) check_groups<4, TestType>();
}

TEMPLATE_TEST_CASE("transpose and sums agree with their definitions", "", float, double) {
  using batch = simd::batch<TestType>;
  constexpr auto n = static_cast<std::size_t>(batch::size);
  std::array<batch, n> v;
  for (std::size_t i = 0; i < n; ++i) v[i] = batch::iota() * TestType(0.1) + static_cast<TestType>(i * i);
  std::array<batch, n> turned = v;
  transpose(turned);
  const batch totals = sums(v);
  for (int i = 0; i < batch::size; ++i) {
    CHECK(totals.get(i) == reduce_add(v[static_cast<std::size_t>(i)])); // the same tree, so the same bits
    for (int j = 0; j < batch::size; ++j)
      CHECK(turned[static_cast<std::size_t>(i)].get(j) == v[static_cast<std::size_t>(j)].get(i));
  }
  CHECK(sums(std::array<batch, 1>{v[0]}).get(0) == reduce_add(v[0]));
  if constexpr (n >= 2) CHECK(sums(std::array<batch, 2>{v[0], v[1]}).get(1) == reduce_add(v[1]));
}

TEMPLATE_TEST_CASE("one forward body serves numbers and batches", "", float, double) {
  static_assert(leaky(3.0) == 3.0);
  const simd::batch<TestType> x = alternating<TestType>(), y = leaky(x);
  for (int i = 0; i < x.size; ++i) CHECK(y.get(i) == leaky(x.get(i)));
  CHECK(leaky(-2.0L) == -2.5L);
}
