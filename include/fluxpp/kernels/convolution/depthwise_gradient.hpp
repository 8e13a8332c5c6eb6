// SPDX-License-Identifier: MIT
#pragma once
// The weight gradient of filters of one channel each: rows of results stay in registers while rows of the plane pass by.

#include <fluxpp/kernels/convolution/depthwise.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// add_slope<i, k>(v, y, sum): row i of the plane meets tap k at row i - k of the results; even and odd rows are summed
/// apart.
template <int i, int k, class T, std::size_t chains>
[[gnu::always_inline]] inline void add_slope(simd::batch<T> v, const tile<T>& y,
                                             std::array<simd::batch<T>, chains>& sum) {
  if constexpr (i >= k && i - k < tile_rows)
    sum[2 * k + (i - k) % 2] = simd::fma(y[i - k], v, sum[2 * k + (i - k) % 2]);
}
template <int i, class T, std::size_t chains, int... k>
[[gnu::always_inline]] inline void add_slopes(simd::batch<T> v, const tile<T>& y,
                                              std::array<simd::batch<T>, chains>& sum, indices<k...>) {
  (add_slope<i, k>(v, y, sum), ...);
}

/// add_slopes(taps, rows, x, pitch, y, sums): what a tile of results adds to the sums of a group of taps, lane by lane.
template <class T, int... k, int... i>
[[gnu::always_inline]] inline void add_slopes(indices<k...> taps, indices<i...>, const T* x, std::ptrdiff_t pitch,
                                              const tile<T>& y, T* sums) {
  using batch = simd::batch<T>;
  std::array<batch, 2 * sizeof...(k)> sum;
  ((sum[2 * k] = batch::load(sums + k * batch::size), sum[2 * k + 1] = batch(T(0))), ...);
  ((add_slopes<i>(batch::load(x), y, sum, taps), x += pitch), ...);
  ((sum[2 * k] + sum[2 * k + 1]).store(sums + k * batch::size), ...);
}
template <int count, class T>
[[gnu::always_inline]] inline void add_slopes(const T* x, std::ptrdiff_t pitch, const tile<T>& y, T* sums) {
  add_slopes(std::make_integer_sequence<int, count>{}, std::make_integer_sequence<int, tile_rows + count - 1>{}, x,
             pitch, y, sums);
}

/// plane_gradient_tile(plan, x, y, sums): what a tile of results and a packed plane add to the sums of all taps.
template <class T>
[[gnu::always_inline]] inline void plane_gradient_tile(const tap_plan& plan, const T* x, const tile<T>& y, T* sums) {
  for (int g = 0; g < plan.groups; sums += plan.group[g++].count * simd::batch<T>::size) {
    const T* const from = x + plan.group[g].offset;
    switch (plan.group[g].count) {
    case 1: add_slopes<1>(from, plan.pitch, y, sums); break;
    case 2: add_slopes<2>(from, plan.pitch, y, sums); break;
    case 3: add_slopes<3>(from, plan.pitch, y, sums); break;
    default: add_slopes<most_together>(from, plan.pitch, y, sums);
    }
  }
}

/// get_tile(y, row, rows, lanes, results): a tile of which so many rows and lanes exist, filled up with zeros.
template <class T, std::size_t... r>
[[gnu::always_inline]] inline void get_tile(const T* y, std::ptrdiff_t row, int rows, int lanes, tile<T>& results,
                                            std::index_sequence<r...>) {
  using batch = simd::batch<T>;
  if (rows == tile_rows && lanes == batch::size) ((results[r] = batch::load(y), y += row), ...);
  else ((results[r] = static_cast<int>(r) < rows ? batch::load_first(y, lanes) : batch(T(0)), y += row), ...);
}

/// plane_gradient(plan, x, y, n, row, sums): the same for n rows of results, which begin `row` apart.
template <class T>
void plane_gradient(const plane_plan& plan, const T* x, const T* y, int n, std::ptrdiff_t row, T* sums) {
  using batch = simd::batch<T>;
  for (int i = 0; i < n; i += tile_rows)
    for (int j = 0; j < plan.cols.axis.out; j += batch::size) {
      const int lanes = std::min(batch::size, plan.cols.axis.out - j), rows = std::min(tile_rows, n - i);
      tile<T> results;
      get_tile(y + i * row + j, row, rows, lanes, results, std::make_index_sequence<tile_rows>{});
      plane_gradient_tile(plan, x + i * plan.pitch + j, results, sums);
    }
}

/// depthwise_gradient_plan: tasks own channels; each keeps the sums of its channels, lane by lane, while images pass by in
/// the order of memory.
struct depthwise_gradient_plan {
  plane_plan planes;
  int tasks, sums;

  constexpr depthwise_gradient_plan(const conv_shape& s, int lanes)
      : planes(s.rows, s.cols, lanes), tasks(std::min(s.channels, most_tasks)),
        sums(s.group_filters() * s.depth() * lanes) {}
  constexpr std::ptrdiff_t task_scratch(const conv_shape& s) const {
    return planes.packed() + std::ptrdiff_t{ceil_div(s.channels, tasks)} * sums;
  }
};

/// depthwise_gradient_scratch<T>(s), depthwise_gradient(s, x, ybar, wbar, scratch): what weight_gradient does, for shapes
/// that suit; the images of a channel are summed in their order.
template <class T> constexpr std::size_t depthwise_gradient_scratch(const conv_shape& s) {
  const depthwise_gradient_plan plan(s, tile_of<T>::lanes);
  return static_cast<std::size_t>(plan.tasks * plan.task_scratch(s));
}

/// image_gradient(plan, s, channels, x, ybar, packed, sums): what the given channels of one image add to the sums.
template <class T>
void image_gradient(const depthwise_gradient_plan& plan, const conv_shape& s, range channels, const T* x, const T* ybar,
                    T* packed, T* sums) {
  const std::ptrdiff_t x_plane = std::ptrdiff_t{s.rows.in} * s.cols.in,
                       y_plane = std::ptrdiff_t{s.rows.out} * s.cols.out;
  for (int c = channels.begin; c < channels.end; ++c, sums += plan.sums)
    for (int first = 0; first < s.rows.out; first += plan.planes.band) {
      const int rows = std::min(plan.planes.band, s.rows.out - first);
      plan.planes.pack(spread_source<T>{{x + c * x_plane, 0, s.cols.in}}, first, rows, packed);
      for (int k = 0; k < s.group_filters(); ++k)
        plane_gradient(plan.planes, static_cast<const T*>(packed),
                       ybar + (c * s.group_filters() + k) * y_plane + first * s.cols.out, rows, s.cols.out,
                       sums + k * s.depth() * tile_of<T>::lanes);
    }
}

template <class T> void depthwise_gradient(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  constexpr int lanes = tile_of<T>::lanes;
  const depthwise_gradient_plan plan(s, lanes);
  const std::ptrdiff_t input = static_cast<std::ptrdiff_t>(s.input_size()) / s.batch;
  const std::ptrdiff_t output = static_cast<std::ptrdiff_t>(s.output_size()) / s.batch;
  for_each_task(s.products(), plan.tasks, [&](int task) {
    T* const packed = scratch + task * plan.task_scratch(s) + plan.planes.lead;
    T* const sums = packed + plan.planes.packed() - plan.planes.lead;
    const range mine = share(s.channels, task, plan.tasks);
    std::fill_n(sums, mine.size() * plan.sums, T(0));
    for (int n = 0; n < s.batch; ++n) image_gradient(plan, s, mine, x + n * input, ybar + n * output, packed, sums);
    const int first = mine.begin * s.group_filters(), filters = mine.size() * s.group_filters();
    for (int k = 0; k < filters; ++k)
      for (int t = 0; t < s.depth(); ++t)
        wbar[(first + k) * s.depth() + plan.planes.tap[t]] =
            simd::reduce_add(simd::batch<T>::load(sums + (k * s.depth() + t) * lanes));
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
