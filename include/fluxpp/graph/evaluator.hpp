// SPDX-License-Identifier: MIT
#pragma once
// An evaluator is a thing that executes a plan; this header names evaluators and finds the one a tag asks for.
#include "fluxpp/graph/tape.hpp"

namespace fluxpp::inline v0_1 {

/// random_key: what the random numbers of a call follow from, besides their place in the program.
struct random_key {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
};

/// What a call that cannot be compiled returns, so that one error stays one.
struct nothing_reader {
  template <int Index> constexpr double operator()() const { return 0; }
};

/// evaluator_of<Tag>: specialised by eval/*.hpp. An evaluator has a type `workspace`, owned by a callable, and
///   template <class Transform, class... A> using report = ...;   // whose size is an error for arguments that do not fit
///   template <class Transform, bool Owning, class... A> static auto call(workspace&, const random_key&, const A&... args);
template <class Tag> struct evaluator_of {
  static_assert(
      sizeof(Tag) == 0,
      "fluxpp: no evaluator for this tag: include fluxpp/eval/cpu.hpp (fx::cpu) or the header of your device");
  struct workspace {};
  template <class, class...> using report = workspace;
  template <class Transform, bool, class... A> static auto call(workspace&, const random_key&, const A&...) {
    return Transform::template results<double, sizeof...(A)>(nothing_reader{});
  }
};

/// cpu_evaluator: runs SIMD kernels on threads; one that checks looks at the result of every operation.
template <bool CheckFinite> struct cpu_evaluator { static constexpr bool check_finite = CheckFinite; };

} // namespace fluxpp::inline v0_1

// Translation units may differ in FLUXPP_CHECK_FINITE: what depends on it, the tag and every function or class that has
// it as its default, stands in a namespace that tells which, and is another entity there.
#ifndef FLUXPP_CHECK_FINITE
#define FLUXPP_CHECK_FINITE 0
#endif
#if FLUXPP_CHECK_FINITE
#define FLUXPP_DEFAULTS checked_defaults
#else
#define FLUXPP_DEFAULTS plain_defaults
#endif

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// cpu: the evaluator of functions that are not given another; with FLUXPP_CHECK_FINITE=1 the one that checks.
using cpu_tag = cpu_evaluator<FLUXPP_CHECK_FINITE != 0>;
inline constexpr cpu_tag cpu{};

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
