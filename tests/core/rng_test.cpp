// SPDX-License-Identifier: MIT
// Random numbers: published answers of Philox4x32-10, the layout of streams, and sanity of the distributions.
#include "catch.hpp"

#include "fluxpp/core/rng.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace fx = fluxpp;

namespace {

using words = fx::philox::words;
constexpr std::uint32_t ones = 0xffffffffu;

static_assert(fx::philox::permute({0, 0, 0, 0}, 0) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(fx::philox::permute({ones, ones, ones, ones}, ~std::uint64_t{0}) ==
              words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(fx::philox::permute({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822u) ==
              words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
static_assert(fx::philox::block(7, 0x100000002u, 3, 4) == fx::philox::permute({2, 1, 3, 4}, 7));

static_assert(fx::fnv1a("") == 0xcbf29ce484222325u);
static_assert(fx::fnv1a("a") == 0xaf63dc4c8601ec8cu);
static_assert(fx::fnv1a("foobar") == 0x85944171f73967e8u);

static_assert(fx::uniform_float(0) == 0.0f && fx::uniform_float(ones) == 1.0f - 0x1p-24f);
static_assert(fx::uniform_double(0, 0) == 0.0 && fx::uniform_double(ones, ones) == 1.0 - 0x1p-53);

constexpr std::array<int, 5> shuffled_at_compile_time() {
  std::array<int, 5> items{0, 1, 2, 3, 4};
  fx::shuffle(std::span<int>(items), 42);
  return items;
}

struct moments {
  double mean = 0, variance = 0;
};

template <class T> moments moments_of(const std::vector<T>& x) {
  moments m;
  for (const T v : x) m.mean += static_cast<double>(v) / static_cast<double>(x.size());
  for (const T v : x) m.variance += std::pow(static_cast<double>(v) - m.mean, 2) / static_cast<double>(x.size());
  return m;
}

} // namespace

TEST_CASE("element i of a float stream is word i % 4 of block i / 4, for every length", "[core]") {
  std::vector<float> expected(600);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = fx::uniform_float(fx::philox::block(99, i / 4, 5, 6)[i % 4]);
  for (std::size_t n = 0; n <= expected.size(); ++n) {
    std::vector<float> x(n + 1, -1.0f);
    fx::fill_uniform(x.data(), n, 99, 5, 6);
    REQUIRE(std::equal(x.begin(), x.end() - 1, expected.begin()));
    REQUIRE(x.back() == -1.0f);
  }
}

TEST_CASE("a double takes two words", "[core]") {
  std::vector<double> x(301);
  fx::fill_uniform(x.data(), x.size(), 1, 2, 3);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const words w = fx::philox::block(1, i / 2, 2, 3);
    REQUIRE(x[i] == fx::uniform_double(w[2 * (i % 2)], w[2 * (i % 2) + 1]));
  }
}

TEST_CASE("streams, steps and seeds are independent", "[core]") {
  std::vector<float> a(4096), b(4096);
  fx::fill_uniform(a.data(), a.size(), 1, 0, 0);
  const auto correlation = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += 12.0 * (a[i] - 0.5) * (b[i] - 0.5);
    return sum / static_cast<double>(a.size());
  };
  fx::fill_uniform(b.data(), b.size(), 2, 0, 0);
  CHECK(std::abs(correlation()) < 0.06);
  fx::fill_uniform(b.data(), b.size(), 1, 1, 0);
  CHECK(std::abs(correlation()) < 0.06);
  fx::fill_uniform(b.data(), b.size(), 1, 0, 1);
  CHECK(std::abs(correlation()) < 0.06);
}

TEMPLATE_TEST_CASE("uniforms and normals have the moments of their names", "[core]", float, double) {
  std::vector<TestType> x(200'000);
  fx::fill_uniform(x.data(), x.size(), 11, 0, 0);
  moments m = moments_of(x);
  CHECK(m.mean == approx(0.5).margin(0.003));
  CHECK(m.variance == approx(1.0 / 12).margin(0.001));
  fx::fill_normal(x.data(), x.size(), 11, 0, 0);
  m = moments_of(x);
  CHECK(m.mean == approx(0.0).margin(0.01));
  CHECK(m.variance == approx(1.0).margin(0.015));
}

TEMPLATE_TEST_CASE("a normal does not depend on how many are drawn", "[core]", float, double) {
  std::vector<TestType> all(64);
  fx::fill_normal(all.data(), all.size(), 3, 1, 4);
  for (std::size_t n = 0; n < all.size(); ++n) {
    std::vector<TestType> x(n);
    fx::fill_normal(x.data(), n, 3, 1, 4);
    REQUIRE(std::equal(x.begin(), x.end(), all.begin()));
  }
}

TEST_CASE("bounded integers are uniform, also where words must be rejected", "[core]") {
  fx::random_words draw{5, 0, 0};
  std::array<int, 6> count{};
  for (int i = 0; i < 60'000; ++i) ++count[draw.below(6)];
  for (const int c : count) CHECK(std::abs(c - 10'000) < 400);
  int upper = 0; // 3/4 of 2^32: a quarter of all words is rejected
  for (int i = 0; i < 30'000; ++i) upper += draw.below(0xC0000000u) >= 0x60000000u;
  CHECK(std::abs(upper - 15'000) < 400);
  CHECK(draw.below(1) == 0);
}

TEST_CASE("shuffle permutes, at compile time as at run time", "[core]") {
  constexpr std::array<int, 5> fixed = shuffled_at_compile_time();
  CHECK(shuffled_at_compile_time() == fixed);
  std::vector<int> items(1000);
  std::iota(items.begin(), items.end(), 0);
  fx::shuffle(std::span<int>(items), 1, fx::stream_of("data"), 2);
  std::vector<int> other(1000);
  std::iota(other.begin(), other.end(), 0);
  fx::shuffle(std::span<int>(other), 1, fx::stream_of("data"), 3);
  CHECK(items != other);
  CHECK(!std::is_sorted(items.begin(), items.end()));
  std::sort(items.begin(), items.end());
  for (int i = 0; i < 1000; ++i) REQUIRE(items[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("all permutations of four are equally likely", "[core]") {
  std::array<int, 256> seen{};
  for (std::uint64_t seed = 0; seed < 24'000; ++seed) {
    std::array<unsigned, 4> p{0, 1, 2, 3};
    fx::shuffle(std::span<unsigned>(p), seed);
    ++seen[p[0] << 6 | p[1] << 4 | p[2] << 2 | p[3]];
  }
  CHECK(std::count_if(seen.begin(), seen.end(), [](int c) { return c > 0; }) == 24);
  for (const int c : seen) CHECK((c == 0 || std::abs(c - 1000) < 150));
}
