// SPDX-License-Identifier: MIT
// A user's elementwise operation whose partials take the wrong number of arguments.
// expected-error: "fluxpp::elementwise<N>: partials(x..., y) must take the operands and then the value"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

struct cube : fx::elementwise<1> {
  static constexpr auto name = "cube";
  template <class V> static constexpr V forward(V x) { return x * x * x; }
#ifdef FLUXPP_FIXED
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(3) * x * x}; }
#else
  template <class V> static constexpr std::array<V, 1> partials(V x) { return {V(3) * x * x}; }
#endif
};
constexpr auto f = [](auto x) { return fx::operation<cube>{}(x); };
double g(double x) { return fx::grad(f)(x); }
