// SPDX-License-Identifier: MIT
#pragma once
// What an evaluator is given: a plan as plain tables, and where the values of a call lie.
#include "fluxpp/graph/passes/place.hpp"
#include "fluxpp/kernels/loop.hpp"
#include "fluxpp/kernels/step.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

namespace fluxpp::inline v0_1::eval {

/// step_kernel<T>: how one operation with a kernel of its own runs.
template <class T> struct step_kernel {
  void (*run)(const kernels::step_args<T>&) = nullptr;
  std::size_t (*scratch)(const kernels::step_args<T>&) = nullptr;
};
template <class T> using loop_kernel = void (*)(const kernels::loop<T>&, const kernels::part&);

/// plan_view<T>: a program with its plan and its kernels; tables that outlive every evaluation, usually constants.
template <class T> struct plan_view {
  graph::staged_view s;
  graph::fused_view f;
  const int* kernel = nullptr; ///< per step: index into loops, or into own for a step with a kernel of its own
  const graph::location* where = nullptr; ///< per node; arena offsets are valid when planned
  const double* constants = nullptr;
  int constant_count = 0;
  graph::amount arena;
  bool planned = false; ///< by the compiler; else the same pass runs once per set of extents
  const loop_kernel<T>* loops = nullptr;
  const step_kernel<T>* own = nullptr;
  const plan_view<T>& (*body)(int block) = nullptr; ///< what a region runs
};

/// aligned_buffer<T>: zeroed memory that begins on a cache line.
template <class T> class aligned_buffer {
public:
  aligned_buffer() = default;
  explicit aligned_buffer(std::size_t n) : data_(static_cast<T*>(::operator new((n + 16) * sizeof(T), line))) {
    std::fill_n(data_.get(), n + 16, T(0));
  }
  T* data() const { return data_.get(); }

private:
  static constexpr std::align_val_t line{64};
  struct free_aligned {
    void operator()(T* p) const { ::operator delete(p, line); }
  };
  std::unique_ptr<T, free_aligned> data_;
};

/// externals<T>: where the inputs of a call lie and where its results go, and the key of its random numbers.
template <class T> struct externals {
  std::vector<T*> argument;
  T* parameter = nullptr;
  T* state = nullptr;
  T* number = nullptr;
  T* result = nullptr;
  std::vector<T*> operand, output; ///< of a region
  std::uint64_t seed = 0;
  std::uint32_t step = 0;

  T* at(graph::space s, int index) const {
    switch (s) {
    case graph::space::argument: return argument[static_cast<std::size_t>(index)];
    case graph::space::parameter: return parameter + index;
    case graph::space::state: return state + index;
    case graph::space::number: return number + index;
    case graph::space::operand: return operand[static_cast<std::size_t>(index)];
    case graph::space::output: return output[static_cast<std::size_t>(index)];
    default: return result + index;
    }
  }
};

} // namespace fluxpp::inline v0_1::eval
