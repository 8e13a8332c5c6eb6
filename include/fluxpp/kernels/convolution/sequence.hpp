// SPDX-License-Identifier: MIT
#pragma once
// Long filters on single sequences: a sequence as a plane whose rows are the elements 8 apart, in which a step along the
// sequence is a step to the next row, so that rows in registers meet several taps.

#include <fluxpp/kernels/convolution/by_filters.hpp>
#include <fluxpp/kernels/convolution/depthwise_gradient.hpp>
#include <fluxpp/kernels/copy.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// fold_rows(x, n, at, width, to): row q of eight, `width` apart, is x[at + 8 i + q], 0 where x, of n elements, ends.
template <class T> void fold_rows(const T* x, int n, int at, int width, T* to) {
  const int begin = std::clamp(ceil_div(-at, tile_rows), 0, width);
  const int end = std::clamp((n - at) / tile_rows, begin, width);
  const auto one_by_one = [&](int from, int until) {
    for (int i = from; i < until; ++i)
      for (int q = 0; q < tile_rows; ++q) {
        const int j = at + i * tile_rows + q;
        to[q * width + i] = j >= 0 && j < n ? x[j] : T(0);
      }
  };
  one_by_one(0, begin);
  if (end > begin)
    transpose_matrix<tile_rows>({end - begin, tile_rows, 1}, {tile_rows, 1, width}, x + at + begin * tile_rows,
                                to + begin);
  one_by_one(end, width);
}

/// sequence_plan: rows 0, ... 7 of the plane, and as many again, which are these one column on: taps 8, 16, ... further
/// along meet the same rows one, two, ... columns to the right.
struct sequence_plan : tap_plan {
  static constexpr int rows = 2 * tile_rows - 1;
  window axis;
  int columns = 0, width = 0; ///< of a chunk: eighths of its outputs, and what they meet

  constexpr sequence_plan(const window& w, int lanes) : axis(w) {
    columns = cut(ceil_div(w.out, tile_rows), 256).part;
    width = columns + ceil_div(w.size, tile_rows) + lanes + 1;
    pitch = ceil_div(width, 16) * 16 | 16;
    for (int t = 0; t < w.size; t += most_together)
      group[groups++] = {t % tile_rows * pitch + t / tile_rows, std::min(most_together, w.size - t)};
    for (int t = 0; t < w.size; ++t) tap[t] = t;
  }

  /// suits(s): sequences with filters of one channel each, long enough to pay for the folding.
  static constexpr bool suits(const conv_shape& s) {
    return s.rows == window{} && s.group_channels() == 1 && s.group_filters() == 1 && s.cols.stride == 1 &&
           s.cols.dilation == 1 && s.cols.size >= 24 && s.cols.size <= most_taps && s.cols.out >= 128;
  }
  constexpr int packed() const { return rows * pitch; }
  constexpr int outputs() const { return columns * tile_rows; }

  /// pack(x, first, to): what the outputs from `first` on meet.
  template <class T> void pack(const T* x, int first, T* to) const {
    fold_rows(x, axis.in, axis.origin(first), pitch, to);
    for (int q = tile_rows; q < rows; ++q) {
      std::copy_n(to + (q - tile_rows) * pitch + 1, pitch - 1, to + q * pitch);
      to[(q + 1) * pitch - 1] = T(0);
    }
  }
};

/// correlate_chunk(plan, x, w, n, y): n outputs from a packed chunk.
template <class T> void correlate_chunk(const sequence_plan& plan, const T* x, const T* w, int n, T* y) {
  using batch = simd::batch<T>;
  constexpr int size = tile_rows * batch::size;
  T rows[size], line[size];
  for (int j = 0; j * tile_rows < n; j += batch::size) {
    tile<T> sum;
    sum.fill(batch(T(0)));
    plane_tile(plan, x + j, w, sum);
    put_tile(sum, tile_rows, batch::size, output_grid<T>{rows, 0, 0, batch::size, 1});
    T* const to = y + j * tile_rows;
    const int left = n - j * tile_rows;
    transpose_matrix<tile_rows>({tile_rows, batch::size, 1}, {batch::size, 1, tile_rows}, static_cast<const T*>(rows),
                                left >= size ? to : line);
    if (left < size) std::copy_n(line, left, to);
  }
}

/// for_each_chunk(plan, f): f(first, n) for the outputs of each chunk of a sequence.
template <class F> void for_each_chunk(const sequence_plan& plan, F f) {
  for (int first = 0; first < plan.axis.out; first += plan.outputs())
    f(first, std::min(plan.outputs(), plan.axis.out - first));
}

/// sequence_scratch<T>(s), sequence(s, from, channel, filters, y, scratch): what correlate does, for shapes that suit.
template <class T> constexpr std::size_t sequence_scratch(const conv_shape& s) {
  const sequence_plan plan(s.cols, tile_of<T>::lanes);
  return static_cast<std::size_t>(std::min(s.batch * s.channels, most_tasks) * plan.packed());
}
template <class T>
void sequence(const conv_shape& s, const plane_source<T>& from, std::ptrdiff_t channel, const filter_source<T>& filters,
              const output_grid<T>& y, T* scratch) {
  const sequence_plan plan(s.cols, tile_of<T>::lanes);
  const int jobs = s.batch * s.channels, tasks = std::min(jobs, most_tasks);
  for_each_task(s.products(), tasks, [&](int task) {
    T* const packed = scratch + task * std::ptrdiff_t{plan.packed()};
    T w[most_taps];
    const range mine = share(jobs, task, tasks);
    for (int job = mine.begin; job < mine.end; ++job) {
      const std::ptrdiff_t n = job / s.channels, c = job % s.channels;
      for (int t = 0; t < s.cols.size; ++t) w[t] = filters.w[c * filters.group + t * filters.col];
      for_each_chunk(plan, [&](int first, int count) {
        plan.pack(from.x + n * from.image + c * channel, first, packed);
        correlate_chunk(plan, static_cast<const T*>(packed), w, count, y.y + n * y.image + c * y.channel + first);
      });
    }
  });
}

/// sequence_gradient_scratch<T>(s), sequence_gradient(s, x, ybar, wbar, scratch): what weight_gradient does; chunks and
/// sequences are summed in their order, lane by lane.
template <class T> constexpr std::size_t sequence_gradient_scratch(const conv_shape& s) {
  const sequence_plan plan(s.cols, tile_of<T>::lanes);
  return static_cast<std::size_t>(std::min(s.channels, most_tasks) * (plan.packed() + tile_rows * plan.pitch));
}
template <class T> void sequence_gradient(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  using batch = simd::batch<T>;
  const sequence_plan plan(s.cols, batch::size);
  const int tasks = std::min(s.channels, most_tasks);
  for_each_task(s.products(), tasks, [&](int task) {
    T* const packed = scratch + task * std::ptrdiff_t{plan.packed() + tile_rows * plan.pitch};
    T* const results = packed + plan.packed();
    const range mine = share(s.channels, task, tasks);
    for (int c = mine.begin; c < mine.end; ++c) {
      T sums[most_taps * batch::size];
      std::fill_n(sums, s.cols.size * batch::size, T(0));
      for (std::ptrdiff_t at = c; at < std::ptrdiff_t{s.batch} * s.channels; at += s.channels)
        for_each_chunk(plan, [&](int first, int count) {
          plan.pack(x + at * s.cols.in, first, packed);
          fold_rows(ybar + at * s.cols.out, first + count, first, plan.pitch, results);
          for (int j = 0; j < plan.columns; j += batch::size) {
            tile<T> y;
            for (std::size_t r = 0; r < y.size(); ++r)
              y[r] = batch::load(results + static_cast<std::ptrdiff_t>(r) * plan.pitch + j);
            plane_gradient_tile(plan, static_cast<const T*>(packed) + j, y, sums);
          }
        });
      for (int t = 0; t < s.cols.size; ++t)
        wbar[c * s.cols.size + t] = simd::reduce_add(batch::load(sums + t * batch::size));
    }
  });
}

/// correlation_scratch<T>(s), correlate(s, ...): whichever way suits the shape.
template <class T> constexpr std::size_t correlation_scratch(const conv_shape& s) {
  if (by_filters::suits<T>(s)) return by_filters::of<T>(s).scratch();
  if (plane_plan::suits(s)) return depthwise_scratch<T>(s);
  return sequence_plan::suits(s) ? sequence_scratch<T>(s) : correlation::of<T>(s).scratch();
}
template <class T>
void correlate(const conv_shape& s, const plane_source<T>& from, std::ptrdiff_t channel,
               const filter_source<T>& filters, const output_grid<T>& y, T* scratch) {
  if (by_filters::suits<T>(s)) correlate(by_filters::of<T>(s), from, channel, filters, y, scratch);
  else if (plane_plan::suits(s)) depthwise(s, spread_source<T>{from}, channel, filters, y, scratch);
  else if (sequence_plan::suits(s)) sequence(s, from, channel, filters, y, scratch);
  else correlate(correlation::of<T>(s), from, channel, filters, y, scratch);
}
} // namespace fluxpp::inline v0_1::kernels::convolution
