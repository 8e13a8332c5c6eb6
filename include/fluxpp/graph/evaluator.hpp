// SPDX-License-Identifier: MIT
#pragma once
// An evaluator is a thing that executes a plan; this header names evaluators and finds the one a tag asks for.
#include "fluxpp/graph/tape.hpp"

namespace fluxpp::inline v0_1 {

/// evaluator_of<Tag>: specialised by eval/*.hpp. An evaluator has a type `workspace`, owned by a callable, and
///   template <class Transform, class... A> using report = ...;   // whose size is an error for arguments that do not fit
///   template <class Transform, bool Owning, class... A> static auto call(workspace&, const A&... args);
template <class Tag> struct evaluator_of {
  static_assert(sizeof(Tag) == 0,
                "fluxpp: no evaluator for this tag: include fluxpp/eval/cpu.hpp (fx::cpu) or the header of your device");
};

/// cpu: the evaluator that runs SIMD kernels on threads.
struct cpu_tag {};
inline constexpr cpu_tag cpu{};

}  // namespace fluxpp::inline v0_1
