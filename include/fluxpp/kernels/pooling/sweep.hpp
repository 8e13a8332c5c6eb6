// SPDX-License-Identifier: MIT
#pragma once
// The two directions of a pool: from windows to outputs, and from outputs back to the inputs under their windows.

#include <fluxpp/kernels/parts.hpp>
#include <fluxpp/kernels/pooling/slab.hpp>

#include <type_traits>

namespace fluxpp::inline v0_1::kernels::pooling {
/// get<V>(from, i), put(v, to, i): element i of a picture of numbers or of batches.
template <class V, class T> V get(const T* from, std::ptrdiff_t i) {
  if constexpr (std::is_same_v<V, T>) return from[i];
  else return V::load(from + i * V::size);
}
template <class V, class T> void put(V v, T* to, std::ptrdiff_t i) {
  if constexpr (std::is_same_v<V, T>) to[i] = v;
  else v.store(to + i * V::size);
}

/// sweep<T>: a pool and how its mean counts; planes are divided among threads, `lanes` of them side by side.
template <class T> struct sweep {
  using batch = simd::batch<T>;
  template <std::size_t count> using inputs = std::array<const T*, count>;
  static constexpr int lanes = batch::size;

  pool_shape s;
  bool count_padding = false;

  /// to_outputs(in, y, f): y = f(V, place, in) for every window; in: arrays of the shape of the inputs, and f is given
  /// pictures of them whose elements are of type V, a number or a batch.
  template <std::size_t count, class F> void to_outputs(const inputs<count>& in, T* y, F f) const {
    const auto side_by_side = [&](std::ptrdiff_t first, int n, const pictures& parts) {
      std::array<slab<T>, count> loaded;
      slab<T> result;
      parts.for_each([&](const picture& p) {
        const inputs<count> at = load(in, first, n, p, loaded);
        p.for_each_window(s, count_padding,
                          [&](const place& w, std::ptrdiff_t i) { put(f(batch(T(0)), w, at), result.data, i); });
        store_picture(result, p.out_rows, p.out_cols, outputs_of(y, first, n), false);
      });
    };
    for_each_group(side_by_side, [&](std::ptrdiff_t plane) {
      const inputs<count> at = plane_of(in, plane);
      picture::all(s).for_each_window(s, count_padding, [&](const place& w, std::ptrdiff_t i) {
        y[plane * s.output_plane() + i] = f(T(0), w, at);
      });
    });
  }

  /// to_inputs(in, ybar, xbar, f): f(ybar, place, in, xbar) for every window, xbar first cleared.
  template <std::size_t count, class F> void to_inputs(const inputs<count>& in, const T* ybar, T* xbar, F f) const {
    std::fill_n(xbar, s.planes * s.input_plane(), T(0));
    const auto side_by_side = [&](std::ptrdiff_t first, int n, const pictures& parts) {
      std::array<slab<T>, count> loaded;
      slab<T> up, result;
      parts.for_each([&](const picture& p) {
        const inputs<count> at = load(in, first, n, p, loaded);
        load_picture(outputs_of(ybar, first, n), p.out_rows, p.out_cols, up);
        std::fill_n(result.data, p.inputs() * lanes, T(0));
        p.for_each_window(s, count_padding, [&](const place& w, std::ptrdiff_t i) {
          f(get<batch>(static_cast<const T*>(up.data), i), w, at, result.data);
        });
        store_picture(result, p.in_rows, p.in_cols, inputs_of(xbar, first, n), true);
      });
    };
    for_each_group(side_by_side, [&](std::ptrdiff_t plane) {
      const inputs<count> at = plane_of(in, plane);
      picture::all(s).for_each_window(s, count_padding, [&](const place& w, std::ptrdiff_t i) {
        f(ybar[plane * s.output_plane() + i], w, at, xbar + plane * s.input_plane());
      });
    });
  }

private:
  template <class U> planes_of<U> inputs_of(U* x, std::ptrdiff_t first, int n) const {
    return {x + first * s.input_plane(), s.input_plane(), s.cols.in, n};
  }
  template <class U> planes_of<U> outputs_of(U* y, std::ptrdiff_t first, int n) const {
    return {y + first * s.output_plane(), s.output_plane(), s.cols.out, n};
  }

  template <std::size_t count> inputs<count> plane_of(inputs<count> in, std::ptrdiff_t plane) const {
    for (const T*& x : in) x += plane * s.input_plane();
    return in;
  }

  // Pictures of n planes; arrays that are the same as the first are loaded once.
  template <std::size_t count>
  inputs<count> load(const inputs<count>& in, std::ptrdiff_t first, int n, const picture& p,
                     std::array<slab<T>, count>& to) const {
    inputs<count> at{};
    for (std::size_t k = 0; k < count; ++k) {
      at[k] = in[k] == in[0] ? to[0].data : to[k].data;
      if (k == 0 || in[k] != in[0]) load_picture(inputs_of(in[k], first, n), p.in_rows, p.in_cols, to[k]);
    }
    return at;
  }

  // side_by_side(first plane, number of planes, pictures), or alone(plane) where a window does not fit into a slab.
  template <class F, class G> void for_each_group(F side_by_side, G alone) const {
    const pictures parts(s, slab<T>::capacity);
    const std::ptrdiff_t work = s.input_plane() + s.output_plane();
    if (!parts.fit)
      return in_parts(s.planes, work, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t plane = begin; plane < end; ++plane) alone(plane);
      });
    in_parts(ceil_div(s.planes, lanes), work * lanes, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
      for (std::ptrdiff_t g = begin; g < end; ++g)
        side_by_side(g * lanes, std::min(lanes, s.planes - static_cast<int>(g) * lanes), parts);
    });
  }
};
} // namespace fluxpp::inline v0_1::kernels::pooling
