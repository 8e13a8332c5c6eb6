// SPDX-License-Identifier: MIT
#pragma once
// The kernels of permute, slice, embed and concat: copies.
#include "fluxpp/kernels/copy.hpp"
#include "fluxpp/kernels/step.hpp"
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/permute.hpp"

namespace fluxpp::inline v0_1::kernels {

/// no_scratch: a step that needs no memory beside its operands and its result.
struct no_scratch {
  template <class T> static constexpr std::size_t scratch(const step_args<T>&) { return 0; }
};

template <> struct step<ops::permute> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const strides_of from(s.in_shape[0]), to(s.shape);
    copy_axes axes;
    for (int i = 0; i < s.shape.rank; ++i) axes.push({s.shape[i], from[s.attr.value[i]], to[i]});
    copy_in_parts(axes, s.in[0], s.out);
  }
};

/// fill_zeros(out, n): n zeros.
template <class T> void fill_zeros(T* out, std::size_t n) {
  in_parts(static_cast<std::ptrdiff_t>(n), 1, [&](auto first, auto last) { std::fill(out + first, out + last, T(0)); });
}

/// The elements that a part (slice, embed) has in the whole: `part` and `whole` are shapes, range as in ops/slice.hpp.
struct part_axes {
  copy_axes axes;
  std::ptrdiff_t begin = 0; ///< of the part in the whole

  part_axes(const dims& whole, const dims& part, const graph::attributes& range, bool into_whole) {
    const strides_of w(whole), p(part);
    for (int i = 0; i < part.rank; ++i) {
      const std::ptrdiff_t step = range.value[part.rank + i];
      std::ptrdiff_t first = range.value[i];
      if (first < 0)
        first = (step > 0 ? whole[i] + first : -1 - first) - (part[i] - 1) * step; // -1 - k: k beyond the last
      begin += first * w[i];
      axes.push({part[i], into_whole ? p[i] : step * w[i], into_whole ? step * w[i] : p[i]});
    }
  }
};

template <> struct step<ops::slice> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const part_axes part(s.in_shape[0], s.shape, s.attr, false);
    if (part.axes.count > 0) copy_in_parts(part.axes, s.in[0] + part.begin, s.out);
  }
};

template <> struct step<ops::embed> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const part_axes part(s.shape, s.in_shape[0], s.attr, true);
    if (part.axes.count < static_cast<std::ptrdiff_t>(s.size())) fill_zeros(s.out, s.size());
    if (part.axes.count > 0) copy_in_parts(part.axes, s.in[0], s.out + part.begin);
  }
};

template <int N> struct step<ops::concat<N>> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const int axis = s.attr.value[0];
    std::ptrdiff_t rows = 1, row = 1;
    for (int i = 0; i < axis; ++i) rows *= s.shape[i];
    for (int i = axis; i < s.shape.rank; ++i) row *= s.shape[i];
    T* to = s.out;
    for (int k = 0; k < N && rows > 0; ++k) {
      const auto length = static_cast<std::ptrdiff_t>(s.size(s.in_shape[k])) / rows;
      copy_axes axes;
      axes.push({rows, length, row});
      axes.push({length, 1, 1});
      copy_in_parts(axes, s.in[k], to);
      to += length;
    }
  }
};

} // namespace fluxpp::inline v0_1::kernels
