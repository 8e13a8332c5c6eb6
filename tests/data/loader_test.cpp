// SPDX-License-Identifier: MIT
// Batches: each observation once, an order that is a function of (seed, epoch), no allocation, any container.
#include "catch.hpp"

#include "fluxpp/data/loader.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <numeric>

namespace fx = fluxpp;
using fx::data::batches;

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete" // g++ 12 inlines one of the two and mistrusts the other
#endif

namespace {
std::atomic<long> allocations{0};
}
void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(n);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

/// n observations [2, 3], observation i filled with i and labelled 10 i.
fx::data::dataset<3> numbered(std::size_t n) {
  auto ds = fx::data::dataset<3>::observations(n, {2, 3});
  for (std::size_t i = 0; i < n; ++i) {
    std::fill_n(ds.inputs.data() + 6 * i, 6, static_cast<float>(i));
    ds.targets(i) = static_cast<std::int32_t>(10 * i);
  }
  return ds;
}

template <class Loader> std::vector<std::uint32_t> order_of(Loader&& batches) {
  std::vector<std::uint32_t> order;
  for (const auto& b : batches) order.insert(order.end(), b.rows.begin(), b.rows.end());
  return order;
}

/// A container of the user's own: squares, computed when asked for, with targets of rank two.
struct squares {
  using target_type = float;
  std::size_t size() const { return 10; }
  std::array<std::size_t, 1> input_shape() const { return {1}; }
  std::array<std::size_t, 1> target_shape() const { return {2}; }
  void copy(std::size_t i, float* input, float* target) const {
    *input = static_cast<float>(i);
    target[0] = static_cast<float>(i * i);
    target[1] = -target[0];
  }
};
static_assert(fx::data::container<squares>);
static_assert(fx::data::container<fx::data::dataset<4>>);
static_assert(!fx::data::container<int>);

} // namespace

TEST_CASE("every observation comes once, with its own target", "[data]") {
  const auto ds = numbered(103);
  const std::size_t batch = GENERATE(1u, 7u, 64u, 103u, 200u);
  auto loader = batches(ds, {.batch = batch, .seed = 5});
  CHECK(loader.size() == (103 + batch - 1) / batch);
  std::vector<int> seen(103);
  for (const auto& b : loader) {
    CHECK(b.size() <= batch);
    CHECK(b.inputs.shape()[0] == b.size());
    CHECK(b.targets.shape()[0] == b.size());
    for (std::size_t i = 0; i < b.size(); ++i) {
      ++seen[b.rows[i]];
      CHECK(b.targets(i) == static_cast<std::int32_t>(10 * b.rows[i]));
      CHECK(b.inputs(i, 1, 2) == static_cast<float>(b.rows[i]));
    }
  }
  CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
}

TEST_CASE("the order is a function of seed and epoch, not of the batch", "[data]") {
  const auto ds = numbered(50);
  const auto first = order_of(batches(ds, {.batch = 8, .seed = 1}));
  CHECK(first == order_of(batches(ds, {.batch = 13, .seed = 1})));
  CHECK(first != order_of(batches(ds, {.batch = 8, .seed = 2})));
  CHECK(first != order_of(batches(ds, {.batch = 8, .seed = 1, .epoch = 1})));
  auto loader = batches(ds, {.batch = 8, .seed = 1, .epoch = 1});
  loader.set_epoch(0);
  CHECK(first == order_of(loader));
}

TEST_CASE("without shuffling the order is that of the data", "[data]") {
  const auto ds = numbered(20);
  const auto order = order_of(batches(ds, {.batch = 6, .shuffle = false}));
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(order.size() == 20);
}

TEST_CASE("drop_last leaves the rest of an epoch out", "[data]") {
  const auto ds = numbered(20);
  auto loader = batches(ds, {.batch = 6, .drop_last = true});
  CHECK(loader.size() == 3);
  for (const auto& b : loader) CHECK(b.size() == 6);
  CHECK(batches(ds, {.batch = 20, .drop_last = true}).size() == 1);
}

TEST_CASE("no batch and no epoch allocates", "[data]") {
  const auto ds = numbered(100);
  auto loader = batches(ds, {.batch = 32});
  const long before = allocations;
  float sum = 0;
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    loader.set_epoch(epoch);
    for (const auto& b : loader) sum += b.inputs.data()[0];
  }
  CHECK(allocations == before);
  CHECK(sum > 0);
}

TEST_CASE("a container of the user's own is loaded alike", "[data]") {
  const squares source;
  for (const auto& b : batches(source, {.batch = 4}))
    for (std::size_t i = 0; i < b.size(); ++i) {
      CHECK(b.targets(i, 0) == b.inputs(i, 0) * b.inputs(i, 0));
      CHECK(b.targets(i, 1) == -b.targets(i, 0));
    }
}

TEST_CASE("no batch at all is an error with the numbers in it", "[data]") {
  const auto ds = numbered(50), none = numbered(0);
  CHECK_THROWS_AS(batches(none), fx::value_error);
  CHECK_THROWS_AS(batches(ds, {.batch = 0}), fx::value_error);
  try {
    batches(ds, {.batch = 64, .drop_last = true});
    FAIL("accepted");
  } catch (const fx::value_error& e) { CHECK_THAT(e.what(), contains("50 observations, batch 64, drop_last")); }
}
