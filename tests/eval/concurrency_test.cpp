// SPDX-License-Identifier: MIT
// Copies of a callable run on several threads at once, and all get the bits that one thread gets.
#include "catch.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <cmath>
#include <thread>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto density =
    fx::function<"mu", "x">([](auto mu, auto x) { return fx::mean(fx::exp(-fx::square(x - mu))); });

} // namespace

TEST_CASE("copies of a callable may run at the same time", "[eval]") {
  std::vector<double> x(100000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i));
  auto f = fx::value_and_grad<"mu">(density);
  const double value = f(0.3, x).value, slope = f(0.3, x).gradient.get<"mu">();
  std::vector<int> different(4, 0);
  std::vector<std::thread> threads;
  for (int& wrong : different)
    threads.emplace_back([&wrong, &x, g = f, value, slope]() mutable {
      for (int round = 0; round < 50; ++round) {
        const auto r = g(0.3, x);
        wrong += r.value != value || r.gradient.template get<"mu">() != slope ? 1 : 0;
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(different == std::vector<int>(4, 0));
}
