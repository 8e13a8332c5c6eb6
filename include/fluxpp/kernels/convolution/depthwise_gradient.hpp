// SPDX-License-Identifier: MIT
#pragma once
// The weight gradient of filters of one channel each: rows of results stay in registers while rows of the plane pass by.

#include <fluxpp/kernels/convolution/depthwise.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// gradient_row<i>(v, y, sum): row i of the plane, which meets tap k at row i - k of the results; even and odd rows are
/// summed apart.
template <int i, class T, std::size_t count, int... k>
[[gnu::always_inline]] inline void gradient_row(simd::batch<T> v, const std::array<simd::batch<T>, tile_rows>& y,
                                                std::array<simd::batch<T>, count>& sum, indices<k...>) {
  const auto add = [&](auto tap) {
    constexpr int row = i - tap, chain = 2 * tap + row % 2;
    if constexpr (row >= 0 && row < tile_rows) sum[chain] = simd::fma(y[row], v, sum[chain]);
  };
  (add(std::integral_constant<int, k>{}), ...);
}

/// plane_gradient_tile(plan, x, y, sums): sums[tap] += what a tile of results and a packed plane give, lane by lane.
template <class T>
[[gnu::always_inline]] inline void plane_gradient_tile(const plane_plan& plan, const T* x,
                                                       const std::array<simd::batch<T>, tile_rows>& y, T* sums) {
  using batch = simd::batch<T>;
  const std::ptrdiff_t pitch = plan.pitch;
  for (int g = 0; g < plan.groups; ++g) {
    const T* from = x + plan.group[g].offset;
    with_count(plan.group[g].count, [&](auto count) {
      [&]<int... k>(indices<k...> all) {
        std::array<batch, 2 * count> sum;
        ((sum[2 * k] = batch::load(sums + k * batch::size), sum[2 * k + 1] = batch(T(0))), ...);
        [&]<int... i>(indices<i...>) { ((gradient_row<i>(batch::load(from), y, sum, all), from += pitch), ...); }
        (std::make_integer_sequence<int, tile_rows + count - 1>{});
        ((sum[2 * k] + sum[2 * k + 1]).store(sums + k * batch::size), ...);
      }
      (std::make_integer_sequence<int, count>{});
    });
    sums += plan.group[g].count * batch::size;
  }
}

/// plane_gradient(plan, x, y, n, row, sums): the same for n rows of results, which begin `row` apart.
template <class T>
void plane_gradient(const plane_plan& plan, const T* x, const T* y, int n, std::ptrdiff_t row, T* sums) {
  using batch = simd::batch<T>;
  for (int i = 0; i < n; i += tile_rows)
    for (int j = 0; j < plan.cols.axis.out; j += batch::size) {
      const int lanes = std::min(batch::size, plan.cols.axis.out - j), rows = std::min(tile_rows, n - i);
      std::array<batch, tile_rows> tile;
      for (int r = 0; r < tile_rows; ++r) {
        const T* const from = y + (i + r) * row + j;
        tile[static_cast<std::size_t>(r)] = r >= rows              ? batch(T(0))
                                            : lanes == batch::size ? batch::load(from)
                                                                   : batch::load_first(from, lanes);
      }
      plane_gradient_tile(plan, x + i * plan.pitch + j, tile, sums);
    }
}

/// depthwise_gradient_scratch<T>(s), depthwise_gradient(s, x, ybar, wbar, scratch): what weight_gradient does, for shapes
/// that suit; the images of a channel are summed in their order.
template <class T> constexpr std::size_t depthwise_gradient_scratch(const conv_shape& s) {
  const plane_plan plan(s.rows, s.cols, tile_of<T>::lanes);
  const int sums = s.group_filters() * s.depth() * tile_of<T>::lanes;
  return static_cast<std::size_t>(std::min(s.channels, most_tasks)) * static_cast<std::size_t>(plan.packed() + sums);
}
template <class T> void depthwise_gradient(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  constexpr int lanes = tile_of<T>::lanes;
  const plane_plan plan(s.rows, s.cols, lanes);
  const int tasks = std::min(s.channels, most_tasks), sums = s.group_filters() * s.depth() * lanes;
  const std::ptrdiff_t x_plane = std::ptrdiff_t{s.rows.in} * s.cols.in,
                       y_plane = std::ptrdiff_t{s.rows.out} * s.cols.out;
  for_each_task(s.products(), tasks, [&](int task) {
    T* const packed = scratch + task * static_cast<std::ptrdiff_t>(plan.packed() + sums);
    T* const sum = packed + plan.packed();
    const range mine = share(s.channels, task, tasks);
    for (int c = mine.begin; c < mine.end; ++c) {
      std::fill_n(sum, sums, T(0));
      for (int n = 0; n < s.batch; ++n)
        for (int first = 0; first < s.rows.out; first += plan.band) {
          const int rows = std::min(plan.band, s.rows.out - first);
          plan.pack(spread_source<T>{{x + (n * s.channels + c) * x_plane, 0, s.cols.in}}, first, rows, packed);
          for (int k = 0; k < s.group_filters(); ++k)
            plane_gradient(plan, static_cast<const T*>(packed),
                           ybar + (n * s.filters + c * s.group_filters() + k) * y_plane + first * s.cols.out, rows,
                           s.cols.out, sum + k * s.depth() * lanes);
        }
      for (int k = 0; k < s.group_filters(); ++k)
        for (int t = 0; t < s.depth(); ++t)
          wbar[(c * s.group_filters() + k) * s.depth() + plan.tap[t]] =
              simd::reduce_add(simd::batch<T>::load(sum + (k * s.depth() + t) * lanes));
    }
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
