// SPDX-License-Identifier: MIT
#pragma once
// The correlation of packed images with packed filters: the forward pass, and with mirrored filters the input gradient.

#include <fluxpp/kernels/convolution/pack.hpp>
#include <fluxpp/kernels/convolution/tile.hpp>
#include <fluxpp/kernels/thread_pool.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// Below this many products a pass stays on the calling thread.
inline constexpr double least_parallel_products = 1 << 20;

/// for_each_task(products, tasks, f): f(0), ... f(tasks - 1), on several threads where the work is worth it.
template <class F> void for_each_task(double products, int tasks, F f) {
  if (tasks > 1 && products >= least_parallel_products) return thread_pool::instance().run(tasks, f);
  for (int i = 0; i < tasks; ++i) f(i);
}

/// share(n, task, tasks): which of n jobs a task does.
constexpr range share(int n, int task, int tasks) {
  const auto at = [&](int i) { return static_cast<int>(static_cast<long long>(n) * i / tasks); };
  return {at(task), at(task + 1)};
}

/// output_grid: where results go; output (i, j) of channel k of image n is y[n image + k channel + i row + j col].
template <class T> struct output_grid {
  T* y;
  std::ptrdiff_t image, channel, row, col;
};

/// run: outputs that lie side by side, in the register tile and in memory.
struct run {
  int lane, count;
  std::ptrdiff_t offset;
};

/// find_runs(p, c, y, first, lanes, runs): the outputs among the positions first, ... first + lanes - 1; how many runs.
template <class T>
int find_runs(const packing& p, const chunk& c, const output_grid<T>& y, int first, int lanes, run* runs) {
  const bool joined = c.images == 1 && p.pitch == c.cols && y.row == p.pitch * y.col;
  const int all = p.positions(c), pitch = joined ? all : p.pitch, width = joined ? all : c.cols;
  int count = 0;
  for (int lane = 0; lane < lanes && first + lane < all;) {
    const int line = (first + lane) / pitch, col = (first + lane) % pitch, n = std::min(width - col, lanes - lane);
    const std::ptrdiff_t i = c.row + line / c.images, j = c.col + col;
    if (n > 0) runs[count++] = {lane, n, (c.image + line % c.images) * y.image + i * y.row + j * y.col};
    lane += pitch - col;
  }
  return count;
}

/// put_run(sums, lanes, filters, n, y, channel, step, add): stores n sums of each filter, step apart, or adds them to what is
/// there; the sums of filters begin `lanes` apart, their results `channel`.
template <class T>
void put_run(const T* sums, int lanes, int filters, int n, T* y, std::ptrdiff_t channel, std::ptrdiff_t step,
             bool add) {
  using batch = simd::batch<T>;
  if (step != 1) {
    for (int k = 0; k < filters; ++k, sums += lanes, y += channel)
      for (int i = 0; i < n; ++i) y[i * step] = add ? y[i * step] + sums[i] : sums[i];
    return;
  }
  for (int i = 0; i < n; i += batch::size) {
    const int some = std::min(n - i, batch::size);
    for (int k = 0; k < filters; ++k) {
      T* const to = y + k * channel + i;
      const batch v = batch::load(sums + k * lanes + i), sum = add ? v + batch::load_first(to, some) : v;
      if (some == batch::size) sum.store(to);
      else sum.store_first(to, some);
    }
  }
}

/// correlation: a plan; filters are packed once, then jobs (chunk, group, part of the filter tiles) are independent.
struct correlation {
  packing images;
  filter_tiles tiles;
  int parts = 1, slack = 0;

  template <class T> static constexpr correlation of(const conv_shape& s) {
    using tile = tile_of<T>;
    correlation plan;
    plan.images = packing(s, {.lanes = tile::lanes});
    plan.tiles = filter_tiles(s.group_filters(), tile::wide);
    plan.slack = tile::most_lanes;
    const int wanted = most_tasks / std::max(1, plan.images.chunks() * s.groups);
    plan.parts = std::clamp(plan.worthwhile_parts(tile::lanes), 1, std::max(1, wanted));
    return plan;
  }
  constexpr const conv_shape& shape() const { return images.shape; }

  /// worthwhile_parts(lanes): so few that packing the images again for each part takes less than about 5 % of the time.
  constexpr int worthwhile_parts(int lanes) const {
    const int copies = std::max(1, images.rows.copies * images.cols.copies);
    return std::min(shape().rows.size * shape().cols.size * tiles.filters / (32 * lanes * copies), tiles.count() / 2);
  }
  constexpr int jobs() const { return images.chunks() * shape().groups * parts; }
  constexpr int tasks() const { return std::min(jobs(), most_tasks); }
  constexpr std::ptrdiff_t group_weights() const {
    return static_cast<std::ptrdiff_t>(tiles.padded()) * shape().depth();
  }
  constexpr std::size_t task_scratch() const { return images.scratch(slack); }
  constexpr std::size_t scratch() const {
    return static_cast<std::size_t>(shape().groups) * static_cast<std::size_t>(group_weights()) +
           static_cast<std::size_t>(tasks()) * task_scratch();
  }
};

/// correlation_job: what one job reads and writes.
template <class T> struct correlation_job {
  const correlation& plan;
  chunk at;
  range tiles;
  const T* w;       // packed filters of the group
  output_grid<T> y; // channel 0 is filter 0 of the group
};

/// correlate_block(job, depth, first, offset, x): adds `depth` products, the `first` of which is given, to all outputs.
template <class T>
void correlate_block(const correlation_job<T>& job, int depth, int first, const int* offset, const T* x) {
  using tile = tile_of<T>;
  const correlation& plan = job.plan;
  const filter_tiles& tiles = plan.tiles;
  const int lanes = tile::vectors(tiles.width(0)) * tile::lanes, positions = plan.images.positions(job.at);
  alignas(64) T sums[tile::elements + tile::lanes];
  run runs[tile::most_lanes];
  for (int p = 0; p < positions; p += lanes) {
    const int count = find_runs(plan.images, job.at, job.y, p, lanes, runs);
    if (count == 0) continue; // all between two rows
    for (int t = job.tiles.begin; t < job.tiles.end; ++t) {
      const int width = tiles.width(t), begin = tiles.begin(t), present = std::min(width, tiles.filters - begin);
      const T* w = job.w + static_cast<std::ptrdiff_t>(begin) * plan.shape().depth() + first * width;
      T* y = job.y.y + begin * job.y.channel;
      if (first == 0 && runs[0].count == lanes && job.y.col == 1 && present == width) {
        correlate_tile(width, depth, offset, x + p, w, y + runs[0].offset, job.y.channel);
        continue;
      }
      correlate_tile(width, depth, offset, x + p, w, sums, lanes);
      for (int r = 0; r < count; ++r)
        put_run(sums + runs[r].lane, lanes, present, runs[r].count, y + runs[r].offset, job.y.channel, job.y.col,
                first > 0);
    }
  }
}

/// correlate_chunk(job, from, channel, scratch): one job; packs the chunk and sums over blocks of the depth.
template <class T>
void correlate_chunk(const correlation_job<T>& job, const plane_source<T>& from, std::ptrdiff_t channel, T* scratch) {
  const packing& p = job.plan.images;
  const int taps = p.shape.rows.size * p.shape.cols.size;
  int offset[depth_block];
  for (int c = 0; c < p.shape.group_channels(); c += p.channels) {
    const int n = std::min(p.channels, p.shape.group_channels() - c);
    pack_channels(p, job.at, c, n, from, channel, scratch);
    for (int begin = 0; begin < n * taps; begin += depth_block) {
      const int depth = std::min(depth_block, n * taps - begin);
      p.fill_offsets(job.at, begin, depth, offset);
      correlate_block(job, depth, c * taps + begin, offset, static_cast<const T*>(scratch));
    }
  }
}

/// correlate(plan, from, channel, filters, y, scratch): y = images * filters, of some depth; `channel` is the distance of
/// two channels.
template <class T>
void correlate(const correlation& plan, const plane_source<T>& from, std::ptrdiff_t channel,
               const filter_source<T>& filters, const output_grid<T>& y, T* scratch) {
  const conv_shape& s = plan.shape();
  const int tiles = plan.tiles.count(), jobs = plan.jobs(), tasks = plan.tasks();
  for_each_task(s.products(), s.groups * tiles, [&](int i) {
    const int g = i / tiles, t = i % tiles;
    filter_source<T> source = filters;
    source.w += g * filters.group;
    pack_filters(plan.tiles, t, s, source,
                 scratch + g * plan.group_weights() + static_cast<std::ptrdiff_t>(plan.tiles.begin(t)) * s.depth());
  });
  T* images = scratch + s.groups * plan.group_weights();
  for_each_task(s.products(), tasks, [&](int task) {
    const range mine = share(jobs, task, tasks);
    for (int i = mine.begin; i < mine.end; ++i) {
      const int part = i % plan.parts, g = i / plan.parts % s.groups;
      plane_source<T> x = from;
      x.x += g * s.group_channels() * channel;
      output_grid<T> to = y;
      to.y += g * s.group_filters() * y.channel;
      const correlation_job<T> job{plan, plan.images.at(i / plan.parts / s.groups), share(tiles, part, plan.parts),
                                   scratch + g * plan.group_weights(), to};
      correlate_chunk(job, x, channel, images + task * static_cast<std::ptrdiff_t>(plan.task_scratch()));
    }
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
