// SPDX-License-Identifier: MIT
// The single header with a C++20 compiler and nothing else: no xsimd, no xtensor, no Hana.

#define FLUXPP_NO_XSIMD
#define FLUXPP_NO_XTENSOR
#define FLUXPP_NO_HANA
#include <fluxpp/fluxpp.hpp>

constexpr auto cube = fluxpp::function<"x">([](auto x) { return x * x * x; });

int main() {
  auto [value, g] = fluxpp::value_and_grad<"x">(cube)(2.0);
  return value == 8.0 && g["x"] == 12.0 ? 0 : 1;
}
