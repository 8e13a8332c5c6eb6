// SPDX-License-Identifier: MIT
#pragma once
// Compiled forms of operations that users define: called through constant pointers, which inline.
#include "fluxpp/kernels/step.hpp"
#include "fluxpp/ops/operation.hpp"
#include "fluxpp/simd/simd.hpp"

namespace fluxpp::inline v0_1 {
namespace graph {

template <class V> using forward_pointer = V (*)(const V*);
template <class T> using run_pointer = void (*)(const kernels::step_args<T>&);

/// custom_kernels: what a plan needs to run an operation that it knows only by address.
struct custom_kernels {
  forward_pointer<float> f32 = nullptr;
  forward_pointer<double> f64 = nullptr;
  forward_pointer<simd::batch<float>> f32_batch = nullptr;
  forward_pointer<simd::batch<double>> f64_batch = nullptr;
  run_pointer<float> run_f32 = nullptr;
  run_pointer<double> run_f64 = nullptr;

  template <class V> constexpr forward_pointer<V> forward() const {
    if constexpr (std::is_same_v<V, float>) return f32;
    else if constexpr (std::is_same_v<V, double>) return f64;
    else if constexpr (std::is_same_v<V, simd::batch<float>>) return f32_batch;
    else return f64_batch;
  }
  template <class T> constexpr run_pointer<T> run() const {
    if constexpr (std::is_same_v<T, float>) return run_f32;
    else return run_f64;
  }
};

} // namespace graph

template <class Op> constexpr graph::custom_kernels make_custom_kernels() {
  graph::custom_kernels k;
  if constexpr (elementwise_op<Op>) {
    k.f32 = &ops::forward_at<Op, float>;
    k.f64 = &ops::forward_at<Op, double>;
    k.f32_batch = &ops::forward_at<Op, simd::batch<float>>;
    k.f64_batch = &ops::forward_at<Op, simd::batch<double>>;
  } else {
    k.run_f32 = &Op::template run<kernels::step_args<float>>;
    k.run_f64 = &Op::template run<kernels::step_args<double>>;
  }
  return k;
}
template <class Op> struct compiled_form { static constexpr graph::custom_kernels value = make_custom_kernels<Op>(); };

namespace kernels {

/// users<...>: the kernels of the user's own operations that a program's loops may call.
template <const graph::custom_kernels*... U> struct users {};

/// The K-th of the user's operations, on numbers or batches.
template <int K, class V, const graph::custom_kernels*... U> inline V user_forward(users<U...>, const V* x) {
  constexpr const graph::custom_kernels* all[] = {U...};
  return all[K]->template forward<V>()(x);
}

} // namespace kernels
} // namespace fluxpp::inline v0_1
