// SPDX-License-Identifier: MIT
#pragma once
// The weight gradient of a convolution: sums over the outputs of all images, in an order that the shape alone decides.

#include <fluxpp/kernels/convolution/correlate.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// weight_gradient_plan: jobs (part of the chunks, group, part of the filters); parts of the chunks are added at the end.
struct weight_gradient_plan {
  packing images;
  cut filters;
  int parts = 1, slack = 0;

  template <class T> static constexpr weight_gradient_plan of(const conv_shape& s) {
    weight_gradient_plan plan;
    plan.images = packing(s, {.most_outputs = 4096, .least_outputs = 4096, .lanes = tile_of<T>::lanes, .depth = 128});
    const int chunks = plan.images.chunks();
    const bool few = static_cast<double>(s.filters) * chunks < 4 * 128; // jobs, though each part packs the images again
    plan.filters = cut(s.group_filters(), few ? 32 : 128);
    plan.slack = tile_of<T>::most_lanes;
    const int jobs = std::max(1, s.groups * plan.filters.parts);
    plan.parts = std::clamp(most_tasks / jobs, 1, std::max(1, chunks));
    return plan;
  }
  constexpr const conv_shape& shape() const { return images.shape; }
  constexpr int jobs() const { return shape().groups * filters.parts * parts; }
  constexpr int tasks() const { return std::min(jobs(), most_tasks); }

  /// plane(): elements of one packed channel of ybar.
  constexpr int plane() const {
    return (images.row_cut.part * images.image_cut.part * images.pitch + 31) / 16 * 16 | 16;
  }
  constexpr std::ptrdiff_t output_scratch() const {
    return static_cast<std::ptrdiff_t>(filters.part + 4) * plane() + slack;
  }
  constexpr std::size_t task_scratch() const {
    return static_cast<std::size_t>(output_scratch()) + images.scratch(slack);
  }
  constexpr std::size_t partial() const { return parts > 1 ? shape().weight_size() : 0; }
  constexpr std::size_t scratch() const {
    return static_cast<std::size_t>(parts) * partial() + static_cast<std::size_t>(tasks()) * task_scratch();
  }
};

/// weight_gradient_job: what one job reads and writes.
template <class T> struct weight_gradient_job {
  const weight_gradient_plan& plan;
  range chunks;
  int filters;
  const T *x, *ybar; // channel 0 of the group, filter 0 of the job
  T* wbar;           // of filter 0 of the job
  T* scratch;
};

/// pack_outputs(plan, c, n, ybar, to): n channels of ybar, with zeros between the rows as the packed images need them.
template <class T> void pack_outputs(const weight_gradient_plan& plan, const chunk& c, int n, const T* ybar, T* to) {
  const conv_shape& s = plan.shape();
  const window row{.in = s.rows.out, .out = c.rows, .pad_before = -c.row};
  const window col{.in = s.cols.out, .out = c.cols, .pad_before = -c.col};
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(s.rows.out) * s.cols.out, image = s.filters * plane;
  plane_source<T> from{ybar + c.image * image, image, s.cols.out};
  for (int k = 0; k < n; ++k, from.x += plane, to += plan.plane())
    pack_plane({row}, 0, {col}, 0, from, c.images, plan.images.pitch, to);
}

/// gradient_block<filters, taps>(job, n, depth, first, offset, x, add): the sums over n positions for `depth` taps.
template <int Filters, int Taps, class T>
void gradient_block(const weight_gradient_job<T>& job, int n, int depth, int first, const int* offset, const T* x,
                    bool add) {
  T sums[Filters * Taps + tile_of<T>::lanes];
  for (int k = 0; k < job.filters; k += Filters)
    for (int d = 0; d < depth; d += Taps) {
      const T* ybar = job.scratch + static_cast<std::ptrdiff_t>(k) * job.plan.plane();
      gradient_tile<Filters, Taps>(n, ybar, job.plan.plane(), x, offset + d, sums);
      for (int i = 0; i < std::min(Filters, job.filters - k); ++i) {
        T* to = job.wbar + static_cast<std::ptrdiff_t>(k + i) * job.plan.shape().depth() + first + d;
        for (int j = 0; j < std::min(Taps, depth - d); ++j)
          to[j] = add ? to[j] + sums[i * Taps + j] : sums[i * Taps + j];
      }
    }
}

/// gradient_chunk(job, c, add): the sums over one chunk.
template <class T> void gradient_chunk(const weight_gradient_job<T>& job, const chunk& c, bool add) {
  using tile = tile_of<T>;
  const packing& p = job.plan.images;
  const conv_shape& s = p.shape;
  const int taps = s.rows.size * s.cols.size;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(s.rows.in) * s.cols.in;
  int offset[depth_block + tile::single_taps];
  T* x = job.scratch + job.plan.output_scratch();
  pack_outputs(job.plan, c, job.filters, job.ybar, job.scratch);
  for (int first = 0; first < s.group_channels(); first += p.channels) {
    const int n = std::min(p.channels, s.group_channels() - first);
    pack_channels(p, c, first, n, {job.x, s.channels * plane, s.cols.in}, plane, x);
    for (int begin = 0; begin < n * taps; begin += depth_block) {
      const int depth = std::min(depth_block, n * taps - begin);
      p.fill_offsets(c, begin, depth, offset);
      std::fill(offset + depth, offset + depth + tile::single_taps, offset[0]); // read by the last tile
      const auto block = s.group_filters() == 1 ? gradient_block<1, tile::single_taps, T>
                                                : gradient_block<tile::gradient_filters, tile::gradient_taps, T>;
      block(job, p.positions(c), depth, first * taps + begin, offset, x, add);
    }
  }
}

/// add_parts(n, parts, from, to): to[i] = from[i] + from[n + i] + ..., in this order.
template <class T> void add_parts(std::size_t n, int parts, const T* from, T* to) {
  std::copy(from, from + n, to);
  for (int p = 1; p < parts; ++p)
    for (std::size_t i = 0; i < n; ++i) to[i] += from[static_cast<std::size_t>(p) * n + i];
}

/// weight_gradient(s, x, ybar, wbar, scratch): wbar, where there is at least one product.
template <class T> void weight_gradient(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  const auto plan = weight_gradient_plan::of<T>(s);
  const int tasks = plan.tasks(), jobs = plan.jobs();
  T* images = scratch + static_cast<std::size_t>(plan.parts) * plan.partial();
  for_each_task(s.products(), tasks, [&](int task) {
    const range mine = share(jobs, task, tasks);
    for (int i = mine.begin; i < mine.end; ++i) {
      const int first = plan.filters.begin(i % plan.filters.parts), g = i / plan.filters.parts % s.groups;
      const int part = i / plan.filters.parts / s.groups;
      const std::ptrdiff_t filter = g * s.group_filters() + first, channel = g * s.group_channels();
      T* to = plan.parts > 1 ? scratch + static_cast<std::size_t>(part) * plan.partial() : wbar;
      const weight_gradient_job<T> job{plan,
                                       share(plan.images.chunks(), part, plan.parts),
                                       plan.filters.size(i % plan.filters.parts),
                                       x + channel * s.rows.in * s.cols.in,
                                       ybar + filter * s.rows.out * s.cols.out,
                                       to + filter * s.depth(),
                                       images + static_cast<std::size_t>(task) * plan.task_scratch()};
      for (int c = job.chunks.begin; c < job.chunks.end; ++c)
        gradient_chunk(job, plan.images.at(c), c > job.chunks.begin);
    }
  });
  if (plan.parts > 1) add_parts(plan.partial(), plan.parts, static_cast<const T*>(scratch), wbar);
}
} // namespace fluxpp::inline v0_1::kernels::convolution
