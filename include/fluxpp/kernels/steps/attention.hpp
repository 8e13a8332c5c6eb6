// SPDX-License-Identifier: MIT
#pragma once
// The kernels of attention_rows and of its gradient.
#include "fluxpp/kernels/attention.hpp"
#include "fluxpp/kernels/step.hpp"
#include "fluxpp/ops/attention.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::attention_rows> {
  template <class T> static std::size_t scratch(const step_args<T>&) { return attention_scratch<T>(1); }
  template <class T> static void run(const step_args<T>& s) {
    attention_rows(attention::shape(s.in_shape[0], s.in_shape[1], s.in_shape[2], s.attr.value[0] != 0), s.in[0],
                   s.in[1], s.in[2], s.out, s.scratch);
  }
};

template <> struct step<ops::attention_grad> {
  template <class T> static std::size_t scratch(const step_args<T>&) { return attention_scratch<T>(2); }
  template <class T> static void run(const step_args<T>& s) {
    attention_grad(attention::shape(s.in_shape[0], s.in_shape[1], s.in_shape[3], s.attr.value[0] != 0), s.in[0],
                   s.in[1], s.in[2], s.in[3], s.out, s.scratch);
  }
};

} // namespace fluxpp::inline v0_1::kernels
