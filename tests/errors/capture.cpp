// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: a function to compile or differentiate must not capture; pass values as arguments"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

double f(double k) {
#ifdef FLUXPP_FIXED
  return fx::compile([](auto x, auto factor) { return factor * x; })(2.0, k);
#else
  return fx::compile([k](auto x) { return k * x; })(2.0);
#endif
}
