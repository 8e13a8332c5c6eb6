// SPDX-License-Identifier: MIT
// The embedded digits: the known sums and counts, and a first image that a reader can check by eye.
#include "catch.hpp"

#include "fluxpp/data/digits.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>

namespace fx = fluxpp;

namespace {
template <class Array> bool same(const Array& a, const Array& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}
} // namespace

TEST_CASE("the digits have the known sums and counts", "[data]") {
  const auto ds = fx::data::all_digits();
  REQUIRE(ds.size() == 1797);
  CHECK(ds.input_shape() == std::array<std::size_t, 3>{1, 8, 8});
  CHECK(std::accumulate(ds.inputs.data(), ds.inputs.data() + ds.inputs.size(), 0.0) == 561'718.0 / 16);
  std::array<int, 10> count{};
  for (std::size_t i = 0; i < ds.size(); ++i) ++count[static_cast<std::size_t>(ds.targets(i))];
  CHECK(count == std::array<int, 10>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
}

TEST_CASE("the first image is a zero", "[data]") {
  const auto ds = fx::data::all_digits();
  constexpr std::array<int, 64> zero{0, 0,  5, 13, 9,  1, 0,  0, 0,  0,  13, 15, 10, 15, 5, 0,  0,  3, 15, 2, 0,  11,
                                     8, 0,  0, 4,  12, 0, 0,  8, 8,  0,  0,  5,  8,  0,  0, 9,  8,  0, 0,  4, 11, 0,
                                     1, 12, 7, 0,  0,  2, 14, 5, 10, 12, 0,  0,  0,  0,  6, 13, 10, 0, 0,  0};
  for (std::size_t i = 0; i < 64; ++i) CHECK(ds.inputs.data()[i] * 16 == static_cast<float>(zero[i]));
  CHECK(ds.targets(0) == 0);
  CHECK(ds.targets(1796) == 8);
}

TEST_CASE("digits() splits every class alike", "[data]") {
  const auto [train, test] = fx::data::digits();
  CHECK(train.size() + test.size() == 1797);
  CHECK(test.size() == 359);
  std::array<int, 10> count{};
  for (std::size_t i = 0; i < test.size(); ++i) ++count[static_cast<std::size_t>(test.targets(i))];
  CHECK(count == std::array<int, 10>{36, 36, 35, 37, 36, 36, 36, 36, 35, 36});
}

TEST_CASE("a split depends on its seed and on nothing else", "[data]") {
  const auto a = fx::data::digits(0.2, 1), b = fx::data::digits(0.2, 1), c = fx::data::digits(0.2, 2);
  CHECK(same(a.test.inputs, b.test.inputs));
  CHECK(same(a.train.targets, b.train.targets));
  CHECK(!same(a.test.inputs, c.test.inputs));
}

TEST_CASE("no observation is in both parts", "[data]") {
  const auto ds = fx::data::all_digits();
  const auto [train, test] = fx::data::stratified_split(ds, 0.3, 7);
  std::multiset<std::string> all, parts;
  const auto add = [](std::multiset<std::string>& to, const auto& from) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::string key(1, static_cast<char>(from.targets(i)));
      for (std::size_t k = 0; k < 64; ++k) key.push_back(static_cast<char>(from.inputs.data()[i * 64 + k] * 16));
      to.insert(std::move(key));
    }
  };
  add(all, ds);
  add(parts, train);
  add(parts, test);
  CHECK(all == parts);
}

TEST_CASE("a fraction is a number in [0, 1]", "[data]") {
  CHECK(fx::data::digits(0.0).test.size() == 0);
  CHECK(fx::data::digits(1.0).train.size() == 0);
  CHECK_THROWS_AS(fx::data::digits(-0.1), fx::value_error);
  CHECK_THROWS_AS(fx::data::digits(1.1), fx::value_error);
}
