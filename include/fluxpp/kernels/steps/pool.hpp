// SPDX-License-Identifier: MIT
#pragma once
// The kernels of the pools and of their derivatives.
#include "fluxpp/kernels/pool.hpp"
#include "fluxpp/kernels/steps/convolution.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/avg_pool2d.hpp"
#include "fluxpp/ops/max_pool2d.hpp"

namespace fluxpp::inline v0_1::kernels {

/// pool_shape_of(x, y, attributes): the extents of a pool from the shapes of image and result.
constexpr pool_shape pool_shape_of(const dims& x, const dims& y, const graph::attributes& a) {
  const int* o = a.value;
  const bool same = o[8] != 0;
  return {x[0] * x[1], window_of(x[2], y[2], o[0], o[2], o[4], o[5], 1, same),
          window_of(x[3], y[3], o[1], o[3], o[6], o[7], 1, same), o[10] != 0};
}

template <> struct step<ops::max_pool2d> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    max_pool_at(pool_shape_of(s.in_shape[0], s.shape, s.attr), s.in[0], s.in[0], s.out);
  }
};

template <> struct step<ops::max_pool_at> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    max_pool_at(pool_shape_of(s.in_shape[0], s.shape, s.attr), s.in[0], s.in[1], s.out);
  }
};

template <> struct step<ops::max_pool_put> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    max_pool_put(pool_shape_of(s.shape, s.in_shape[1], s.attr), s.in[0], s.in[1], s.out);
  }
};

template <> struct step<ops::avg_pool2d> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    avg_pool(pool_shape_of(s.in_shape[0], s.shape, s.attr), s.in[0], s.out, s.attr.value[9] != 0);
  }
};

template <> struct step<ops::avg_pool2d_grad> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    avg_pool_grad(pool_shape_of(s.shape, s.in_shape[0], s.attr), s.in[0], s.out, s.attr.value[9] != 0);
  }
};

} // namespace fluxpp::inline v0_1::kernels
