// SPDX-License-Identifier: MIT
#pragma once
// The kernels of exclusive_product and exclusive_recurrence.
#include "fluxpp/kernels/recurrence.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/exclusive_product.hpp"

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::exclusive_product> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    run_recurrence(s.in[0], static_cast<const T*>(nullptr), s.out, s.shape, s.attr.value[0], s.attr.value[1] != 0,
                   T(1));
  }
};

template <> struct step<ops::exclusive_recurrence> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    run_recurrence(s.in[0], s.in[1], s.out, s.shape, s.attr.value[0], s.attr.value[1] != 0, T(0));
  }
};

} // namespace fluxpp::inline v0_1::kernels
