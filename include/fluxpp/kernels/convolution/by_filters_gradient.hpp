// SPDX-License-Identifier: MIT
#pragma once
// The weight gradient of small planes: a lane for each filter.

#include <fluxpp/kernels/convolution/padded.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// by_filters_gradient: a plan; cotangents are turned until the filters of a tile lie side by side, then channels are
/// independent. Images are summed in blocks, whose sums are added in order.
struct by_filters_gradient {
  static constexpr int taps_together = 9, block_outputs = 1024;
  conv_shape shape;
  padded planes;
  cut images;
  int lanes, vectors; ///< of a tile

  template <class T> static constexpr by_filters_gradient of(const conv_shape& s) {
    constexpr int lanes = tile_of<T>::lanes;
    const padded planes(s);
    const bool two = s.filters % (2 * lanes) == 0 && simd::registers > 2 * taps_together + 2;
    return {s, planes, cut(s.batch, block_outputs / std::max(planes.outputs, 1)), lanes, two ? 2 : 1};
  }
  /// suits<T>(s): small planes whose taps fill tiles.
  template <class T> static constexpr bool suits(const conv_shape& s) {
    const int taps = s.rows.size * s.cols.size, computed = ceil_div(taps, taps_together) * taps_together;
    return padded::suits<T>(s) && 4 * computed <= 5 * taps;
  }
  constexpr int width() const { return vectors * lanes; }
  /// Cotangents of one image and one tile of filters.
  constexpr std::ptrdiff_t turned() const { return std::ptrdiff_t{planes.outputs} * width(); }
  constexpr int tasks() const { return std::min(shape.channels, most_tasks); }
  constexpr std::ptrdiff_t task_scratch() const { return static_cast<std::ptrdiff_t>(shape.batch) * planes.plane; }
  constexpr std::size_t scratch() const {
    return shape.output_size() + static_cast<std::size_t>(tasks() * task_scratch());
  }
};

/// taps_tile(plan, images, x, offset, ybar, sums): sums[t][k] += sum over images and outputs (i, j) of
/// x[offset[t] + i pitch + j] ybar[i][j][k], for one channel of padded images and taps_together taps.
template <class T, int... i, int... v>
void taps_tile(indices<i...>, indices<v...>, const by_filters_gradient& plan, int images, const T* x, const int* offset,
               const T* ybar, T* sums) {
  using batch = simd::batch<T>;
  constexpr int vectors = sizeof...(v);
  batch sum[] = {(static_cast<void>(i), batch(T(0)))...};
  for (int n = 0; n < images; ++n, x += plan.planes.plane)
    for (int r = 0; r < plan.shape.rows.out; ++r)
      for (int c = 0; c < plan.shape.cols.out; ++c, ybar += vectors * batch::size) {
        const T* const at = x + r * plan.planes.pitch + c;
        const batch up[] = {simd::in_register(batch::load(ybar + v * batch::size))...};
        ((sum[i] = simd::fma(up[i % vectors], batch(at[offset[i / vectors]]), sum[i])), ...);
      }
  ((batch::load(sums + i * batch::size) + sum[i]).store(sums + i * batch::size), ...);
}
template <int Vectors, class T>
void taps_tile(const by_filters_gradient& plan, int images, const T* x, const int* offset, const T* ybar, T* sums) {
  taps_tile(std::make_integer_sequence<int, by_filters_gradient::taps_together * Vectors>{},
            std::make_integer_sequence<int, Vectors>{}, plan, images, x, offset, ybar, sums);
}

/// channel_gradient(plan, x, offset, ybar, wbar): one channel of padded images, all filters; ybar [tile, n, outputs, width].
template <class T>
void channel_gradient(const by_filters_gradient& plan, const T* x, const int* offset, const T* ybar, T* wbar) {
  constexpr int lanes = tile_of<T>::lanes, together = by_filters_gradient::taps_together;
  const int width = plan.width(), taps = plan.planes.taps;
  const auto tile = plan.vectors == 2 ? taps_tile<2, T> : taps_tile<1, T>;
  alignas(64) T sums[together * 2 * lanes];
  for (int k = 0; k < plan.shape.filters; k += width, ybar += plan.shape.batch * plan.turned())
    for (int t = 0; t < taps; t += together) {
      std::fill_n(sums, together * width, T(0));
      for (int part = 0; part < plan.images.parts; ++part) {
        const std::ptrdiff_t first = plan.images.begin(part);
        tile(plan, plan.images.size(part), x + first * plan.planes.plane, offset + t, ybar + first * plan.turned(),
             sums);
      }
      for (int j = 0; j < width; ++j)
        for (int i = 0; i < std::min(together, taps - t); ++i)
          wbar[static_cast<std::ptrdiff_t>(k + j) * plan.shape.depth() + t + i] = sums[i * width + j];
    }
}

/// filters_gradient(s, x, ybar, wbar, scratch): what weight_gradient does, for shapes that suit.
template <class T> void filters_gradient(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  const auto plan = by_filters_gradient::of<T>(s);
  const std::ptrdiff_t in = static_cast<std::ptrdiff_t>(s.rows.in) * s.cols.in, out = s.filters * plan.planes.outputs;
  for_each_task(s.products(), s.filters / plan.width(), [&](int tile) {
    for (std::ptrdiff_t n = 0; n < s.batch; ++n)
      turn(plan.width(), plan.planes.outputs, ybar + n * out + tile * plan.turned(),
           scratch + (tile * s.batch + n) * plan.turned());
  });
  const auto offset = plan.planes.offsets();
  for_each_task(s.products(), plan.tasks(), [&](int task) {
    T* const images = scratch + s.batch * out + task * plan.task_scratch();
    std::fill_n(images, plan.task_scratch(), T(0));
    const range mine = share(s.channels, task, plan.tasks());
    for (int c = mine.begin; c < mine.end; ++c) {
      plan.planes.fill(s.batch, x + c * in, s.channels * in, s.cols.in, images);
      channel_gradient(plan, static_cast<const T*>(images), offset.data(), static_cast<const T*>(scratch),
                       wbar + c * plan.planes.taps);
    }
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
