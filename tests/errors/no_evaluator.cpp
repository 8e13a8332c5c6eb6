// SPDX-License-Identifier: MIT
// expected-error: "fluxpp: no evaluator for this tag: include fluxpp/eval/cpu.hpp (fx::cpu) or the header of your device"
#include <fluxpp/autodiff/transforms.hpp>
#include <fluxpp/ops/ops.hpp>
#ifdef FLUXPP_FIXED
#include <fluxpp/eval/cpu.hpp>
#endif
namespace fx = fluxpp;

constexpr auto square = [](auto x) { return x * x; };
double f(double x) { return fx::grad(square)(x); }
