// SPDX-License-Identifier: MIT
#pragma once
// The kernels of cumsum, cumprod, prod's gradient and linear_recurrence.
#include "fluxpp/kernels/cumsum.hpp"
#include "fluxpp/kernels/others.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/prod.hpp"

namespace fluxpp::inline v0_1::kernels {

constexpr scan_shape scan_shape_of(const dims& d, int axis, bool reverse) {
  scan_shape s{1, d[axis], 1, reverse};
  for (int i = 0; i < axis; ++i) s.lead *= d[i];
  for (int i = axis + 1; i < d.rank; ++i) s.rest *= d[i];
  return s;
}

template <> struct step<ops::cumsum> {
  template <class T> static scan_shape shape_of(const step_args<T>& s) {
    return scan_shape_of(s.shape, s.attr.value[0], s.attr.value[2] != 0);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const scan_shape shape = shape_of(s);
    return shape.shares_lines() ? static_cast<std::size_t>(shape.n / chains::length) : 0;
  }
  template <class T> static void run(const step_args<T>& s) {
    running_sum(shape_of(s), s.attr.value[1] != 0, s.in[0], s.out, s.scratch);
  }
};

template <> struct step<ops::cumprod> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    running_product(scan_shape_of(s.shape, s.attr.value[0], s.attr.value[2] != 0), s.attr.value[1] != 0, s.in[0],
                    s.out);
  }
};

template <> struct step<ops::others> {
  template <class T> static scan_shape shape_of(const step_args<T>& s) {
    return scan_shape_of(s.shape, s.attr.value[0], false);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return static_cast<std::size_t>(others_scratch<T>(shape_of(s)));
  }
  template <class T> static void run(const step_args<T>& s) {
    products_of_others(shape_of(s), s.in[0], s.out, s.scratch);
  }
};

template <> struct step<ops::linear_recurrence> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    recurrence(scan_shape_of(s.shape, s.attr.value[0], s.attr.value[2] != 0), s.attr.value[1] != 0, s.in[0], s.in[1],
               s.out);
  }
};

} // namespace fluxpp::inline v0_1::kernels
