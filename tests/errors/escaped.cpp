// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: what the body of a loop computes is known in its runs alone: return it"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto largest = [](auto x) {
  fx::graph::var last = 0.0;
  const auto sums = fx::scan(
      [&](auto s, auto e) {
        last = 2.0 * e;
        return std::pair{s + e, last};
      },
      0.0, x);
#ifdef FLUXPP_FIXED
  return sums.first + fx::sum(sums.second);
#else
  return sums.first + last;
#endif
};
double f(const std::vector<double>& x) { return fx::compile(largest)(x); }
