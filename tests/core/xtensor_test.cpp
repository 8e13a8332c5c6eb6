// SPDX-License-Identifier: MIT
// nd_array: the same program with and without xtensor.
#include "catch.hpp"

#include "fluxpp/core/xtensor.hpp"

#include <array>
#include <utility>

namespace fx = fluxpp;

static_assert(FLUXPP_HAS_XTENSOR == 0 || FLUXPP_HAS_XTENSOR == 1);

TEST_CASE("nd_array is a row-major array that owns its values", "[core]") {
  fx::nd_array<float, 2> a(std::array<std::size_t, 2>{2, 3});
  for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<float>(i);
  CHECK(a.shape(0) == 2);
  CHECK(a.shape()[1] == 3);
  CHECK(a(1, 2) == 5.0f);
  fx::nd_array<float, 2> b = a;
  b(0, 1) = 7.0f;
  CHECK(a(0, 1) == 1.0f);
  const fx::nd_array<float, 2> moved = std::move(a);
  CHECK(moved(1, 0) == 3.0f);
}

TEST_CASE("an nd_array may have no elements", "[core]") {
  const fx::nd_array<int, 3> a(std::array<std::size_t, 3>{4, 0, 2});
  CHECK(a.size() == 0);
  CHECK(a.begin() == a.end());
}
