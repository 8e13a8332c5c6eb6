// SPDX-License-Identifier: MIT
#pragma once
// The kernels of argmax, argmin and of the derivatives of max and min: where the first extremum is.
#include "fluxpp/kernels/indices.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/argmax.hpp"
#include "fluxpp/ops/max.hpp"
#include "fluxpp/simd/simd.hpp"

namespace fluxpp::inline v0_1::kernels {

/// ahead(smallest, a, b): whether a takes the place of b, found before it; a NaN is ahead of every number.
template <bool Smallest, class T> constexpr bool ahead(T a, T b) {
  return (Smallest ? a < b : a > b) || (a != a && b == b);
}

/// The position of the first extremum of n numbers.
template <bool Smallest, class T> std::ptrdiff_t first_extremum(const T* x, std::ptrdiff_t n) {
  using batch = simd::batch<T>;
  std::ptrdiff_t at = 0, i = 0;
  if (n >= 4 * batch::size) { // the extremum by batches, then the first that equals it
    batch best = batch::load(x);
    for (i = batch::size; i + batch::size <= n; i += batch::size)
      best = Smallest ? simd::min(best, batch::load(x + i)) : simd::max(best, batch::load(x + i));
    const T extreme = Smallest ? simd::reduce_min(best) : simd::reduce_max(best);
    while (x[at] != extreme && x[at] == x[at]) ++at;
  }
  for (; i < n; ++i)
    if (ahead<Smallest>(x[i], x[at])) at = i;
  return at;
}

/// extremum_axes: an array as kept and folded axes, `to` being the stride in the kept array.
struct extremum_axes {
  copy_axes kept, folded;
  std::ptrdiff_t columns = 1; ///< the last kept axis, when it is the last of all
  std::ptrdiff_t run = 1;     ///< the last folded axis, when it is the last of all

  extremum_axes(const dims& shape, int mask) {
    dims small_shape = shape;
    for (int i = 0; i < shape.rank; ++i)
      if (mask >> i & 1) small_shape[i] = 1;
    const strides_of from(shape), to(small_shape);
    for (int i = 0; i < shape.rank; ++i) {
      const bool fold = (mask >> i & 1) != 0;
      (fold ? folded : kept).push({shape[i], from[i], fold ? 0 : to[i]});
    }
    const auto last = [](copy_axes& a) {
      return a.rank > 0 && a.axis[a.rank - 1].from == 1 ? a.take(a.rank - 1).extent : 1;
    };
    columns = last(kept);
    run = last(folded);
  }
};

/// for_each_extremum(x, axes, f): f(at, to) for every kept index: the offsets of the first extremum in x, and of the
/// index in the kept array. Columns go through the folded axes side by side.
template <bool Smallest, class T, class F> void for_each_extremum(const T* x, const extremum_axes& axes, F&& f) {
  constexpr std::ptrdiff_t most = 64;
  for_each_offset(axes.kept, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    for (std::ptrdiff_t first = 0; first < axes.columns; first += most) {
      const std::ptrdiff_t n = std::min(most, axes.columns - first);
      std::ptrdiff_t at[most];
      for (std::ptrdiff_t c = 0; c < n; ++c) at[c] = from + first + c;
      for_each_offset(axes.folded, [&](std::ptrdiff_t fold, std::ptrdiff_t) {
        for (std::ptrdiff_t c = 0; c < n; ++c) {
          const std::ptrdiff_t here = from + first + c + fold;
          const std::ptrdiff_t found = axes.run == 1 ? here : here + first_extremum<Smallest>(x + here, axes.run);
          if (ahead<Smallest>(x[found], x[at[c]])) at[c] = found;
        }
      });
      for (std::ptrdiff_t c = 0; c < n; ++c) f(at[c], to + first + c);
    }
  });
}
/// for_each_extremum(smallest, x, shape, mask, f): the same, the outermost kept axis divided among threads.
template <class T, class F> void for_each_extremum(bool smallest, const T* x, const dims& shape, int mask, F&& f) {
  const extremum_axes axes(shape, mask);
  if (axes.kept.count == 0 || axes.folded.count == 0) return;
  const copy_axis outer = axes.kept.rank > 0 ? axes.kept.axis[0] : copy_axis{1, 0, 0};
  in_parts(outer.extent, axes.kept.count / outer.extent * axes.folded.count,
           [&](std::ptrdiff_t first, std::ptrdiff_t last) {
             extremum_axes part = axes;
             if (part.kept.rank > 0) part.kept.axis[0].extent = last - first;
             const auto report = [&](std::ptrdiff_t at, std::ptrdiff_t to) {
               f(at + first * outer.from, to + first * outer.to);
             };
             if (smallest) for_each_extremum<true>(x + first * outer.from, part, report);
             else for_each_extremum<false>(x + first * outer.from, part, report);
           });
}

template <> struct step<ops::arg_extremum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const dims& shape = s.in_shape[0];
    const int axis = s.attr.value[0];
    require_counted<T>(s.attr.value[1] != 0 ? "argmin(x, axis)" : "argmax(x, axis)", shape[axis]);
    const std::ptrdiff_t stride = strides_of(shape)[axis];
    for_each_extremum(s.attr.value[1] != 0, s.in[0], shape, 1 << axis, [&](std::ptrdiff_t at, std::ptrdiff_t to) {
      s.out[to] = static_cast<T>(at / stride % shape[axis]);
    });
  }
};

template <> struct step<ops::take_at_extremum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    for_each_extremum(s.attr.value[1] != 0, s.in[0], s.in_shape[0], s.attr.value[0],
                      [&](std::ptrdiff_t at, std::ptrdiff_t to) { s.out[to] = s.in[1][at]; });
  }
};

template <> struct step<ops::put_at_extremum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    fill_zeros(s.out, s.size());
    for_each_extremum(s.attr.value[1] != 0, s.in[0], s.in_shape[0], s.attr.value[0],
                      [&](std::ptrdiff_t at, std::ptrdiff_t to) { s.out[at] = s.in[1][to]; });
  }
};

} // namespace fluxpp::inline v0_1::kernels
