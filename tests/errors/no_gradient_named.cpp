// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::gradients::get<name>(): the name must be one that was differentiated"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

constexpr auto product = fx::function<"a", "b", "c">([](auto a, auto b, auto c) { return a * b * c; });
double f() {
  const auto g = fx::grad<"a", "b">(product)(1.0, 2.0, 3.0);
#ifdef FLUXPP_FIXED
  return g.get<"b">();
#else
  return g.get<"c">();
#endif
}
