// SPDX-License-Identifier: MIT
// No call allocates once its extents have been seen: the global operator new is replaced and counts.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

namespace {

std::atomic<long> allocations{0};
std::atomic<long> left{-1}; // before one fails; none fails while it is negative

// Through pointers that the compiler does not look behind: to it, operator new and free are no pair.
void* (*const volatile allocate)(std::size_t) = std::malloc;
void (*const volatile release)(void*) = std::free;

void* counted(std::size_t n, std::size_t alignment) {
  ++allocations;
  if (left == 0) throw std::bad_alloc();
  if (left > 0) --left;
  void* p = alignment <= alignof(std::max_align_t)
                ? allocate(n > 0 ? n : 1)
                : std::aligned_alloc(alignment, (n + alignment - 1) / alignment * alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

} // namespace

void* operator new(std::size_t n) { return counted(n, 1); }
void* operator new[](std::size_t n) { return counted(n, 1); }
void* operator new(std::size_t n, std::align_val_t a) { return counted(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return counted(n, static_cast<std::size_t>(a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  try {
    return counted(n, 1);
  } catch (const std::bad_alloc&) { return nullptr; }
}
void* operator new[](std::size_t n, const std::nothrow_t& t) noexcept { return operator new(n, t); }
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { release(p); }

namespace fx = fluxpp;

namespace {

constexpr auto nll = fx::function<"mu", "sigma", "x">([](auto mu, auto sigma, auto x) {
  auto z = (x - mu) / sigma;
  return fx::mean(0.5 * z * z + fx::log(sigma));
});
constexpr auto network = fx::function<"x", "w">([](auto x, auto w) {
  return fx::mean(fx::square(fx::softmax(fx::matmul(fx::exp(x), w)) - fx::slice(x, 1, 0, 3)));
});

constexpr auto recurrent = fx::function<"h", "w", "x">([](auto h, auto w, auto x) {
  const auto step = [&](auto s, auto e) {
    const auto next = fx::tanh(fx::matmul(s, w) + e);
    return std::pair{next, fx::sum(next)};
  };
  const auto [last, sums] = fx::scan(step, h, x);
  return fx::sum(last * last) + fx::sum(sums);
});

/// How often a call allocates.
template <class F> long allocations_of(F f) {
  const long before = allocations;
  f();
  return allocations - before;
}

/// Calls f with memory for n allocations; whether that was enough.
template <class F> bool runs_with(long n, F f) {
  left = n;
  try {
    f();
    left = -1;
    return true;
  } catch (const std::bad_alloc&) {
    left = -1;
    return false;
  }
}

} // namespace

TEST_CASE("the counter counts", "[eval]") {
  CHECK(allocations_of([] { std::vector<double> x(10); }) > 0);
}

TEST_CASE("the second call allocates nothing, on scalars and arrays small and large", "[eval]") {
  auto f = fx::value_and_grad<"mu", "sigma">(nll);
  const std::vector<double> small(100, 0.5), large(300000, 0.5);
  double total = 0;
  CHECK(allocations_of([&] { total += f(0.1, 1.3, small).value; }) > 0);
  f(0.1, 1.3, large);
  for (int round = 0; round < 3; ++round) {
    CHECK(allocations_of([&] { total += f(0.2, 1.4, small).value; }) == 0); // extents that alternate are remembered
    CHECK(allocations_of([&] { total += f(0.2, 1.4, large).value; }) == 0);
  }
  CHECK(total > 0);
}

TEST_CASE("the second call allocates nothing with kernels of their own, conversions and views", "[eval]") {
  auto f = fx::value_and_grad(network);
  auto g = fx::hvp<"w">(network);
  fx::tensor<double, 2> x({64, 5}), w({5, 3});
  const fx::tensor<float, 2> single({64, 5});
  auto all = [&] {
    f(x, w);
    f(single, w);
    g(x, w, fx::zero, w);
  };
  all();
  CHECK(allocations_of(all) == 0);
}

TEST_CASE("the second call allocates nothing with loops, whose lengths alternate", "[eval]") {
  auto f = fx::value_and_grad(recurrent);
  const fx::tensor<double, 2> h({3, 4}), w({4, 4});
  const fx::tensor<double, 3> short_one({2, 3, 4}), long_one({50, 3, 4});
  auto all = [&] {
    f(h, w, short_one);
    f(h, w, long_one);
  };
  all();
  CHECK(allocations_of(all) == 0);
}

TEST_CASE("the result of the last call as an argument allocates once", "[eval]") {
  auto f = fx::compile([](auto x) { return fx::softmax(fx::transpose(x)); });
  const fx::tensor<double, 2> x({5, 5});
  auto y = f(x);
  y = f(y);
  CHECK(allocations_of([&] { y = f(y); }) == 0);
}

TEST_CASE("a call that ran out of memory has changed nothing", "[eval]") {
  const auto function = [](auto x) { return fx::sum(fx::exp(x)); };
  for (std::size_t known : {1u, 16u}) { // sets of extents, one or as many as a callable keeps
    bool enough = false;
    for (long n = 0; !enough; ++n) {
      auto f = fx::compile(function);
      for (std::size_t size = 1; size <= known; ++size) f(std::vector<double>(size));
      f(std::vector<double>(1));
      enough = runs_with(n, [&] { f(std::vector<double>(20)); });
      CHECK(f(std::vector<double>(20)) == 20);
      CHECK(f(std::vector<double>(1)) == 1);
    }
  }
}
