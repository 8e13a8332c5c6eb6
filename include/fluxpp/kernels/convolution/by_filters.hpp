// SPDX-License-Identifier: MIT
#pragma once
// The correlation of small planes: a lane for each filter, so that nothing is computed between rows.

#include <fluxpp/kernels/convolution/padded.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// by_filters: a plan; filters are packed `vectors` registers abreast, images padded in blocks, which are independent.
struct by_filters {
  static constexpr int block_elements = 131072;
  conv_shape shape;
  padded planes;
  int lanes, columns, vectors; ///< of a tile
  filter_tiles tiles;
  cut images;

  template <class T> static constexpr by_filters of(const conv_shape& s) {
    constexpr int lanes = tile_of<T>::lanes;
    const padded planes(s);
    const int columns = columns_of(s), vectors = s.filters % (2 * lanes) == 0 && rows_together(2, columns) > 0 ? 2 : 1;
    const int block = block_elements / std::max(1, s.channels * planes.plane);
    return {s,
            planes,
            lanes,
            columns,
            vectors,
            filter_tiles(s.filters, vectors * lanes),
            cut(s.batch, std::min(block, ceil_div(s.batch, most_tasks)))};
  }
  /// suits<T>(s): small planes whose columns divide into tiles.
  template <class T> static constexpr bool suits(const conv_shape& s) {
    return padded::suits<T>(s) && columns_of(s) > 0 && rows_together(1, columns_of(s)) > 0;
  }
  /// The columns of a tile; 0 where outputs do not divide into such.
  static constexpr int columns_of(const conv_shape& s) { return s.cols.out % 4 == 0 ? 4 : s.cols.out % 7 == 0 ? 7 : 0; }
  /// The rows of a tile of so many registers for each output; 0 where the registers do not suffice for one.
  static constexpr int rows_together(int vectors, int columns) {
    return std::min((simd::registers - vectors - 1) / (vectors * columns), 2);
  }

  constexpr int width() const { return vectors * lanes; }
  constexpr int image() const { return shape.channels * planes.plane; }
  constexpr int tasks() const { return std::min(images.parts, most_tasks); }
  constexpr std::size_t weights() const {
    return static_cast<std::size_t>(tiles.padded()) * static_cast<std::size_t>(shape.depth());
  }
  constexpr std::size_t task_scratch() const { return static_cast<std::size_t>(images.part * image()); }
  constexpr std::size_t scratch() const { return weights() + static_cast<std::size_t>(tasks()) * task_scratch(); }
};

/// filters_tile<rows, columns, vectors>(plan, x, offset, w, sums): sums[i][j][k] = sum over channels c and taps t of
/// x[c][offset[t] + i pitch + j] w[c][t][k], for rows by columns outputs (i, j) of a padded image.
template <int Columns, class T, int... i, int... v>
void filters_tile(indices<i...>, indices<v...>, const by_filters& plan, const T* x, const int* offset, const T* w,
                  T* sums) {
  using batch = simd::batch<T>;
  constexpr int vectors = sizeof...(v), line = Columns * vectors;
  const int taps = plan.planes.taps, pitch = plan.planes.pitch, row = plan.shape.cols.out * vectors * batch::size;
  batch sum[] = {(static_cast<void>(i), batch(T(0)))...};
  for (int c = 0; c < plan.shape.channels; ++c, x += plan.planes.plane)
    for (int t = 0; t < taps; ++t, w += vectors * batch::size) {
      const T* const from[] = {x + offset[t], x + offset[t] + pitch};
      const batch in[] = {simd::in_register(batch::load(w + v * batch::size))...};
      ((sum[i] = simd::fma(in[i % vectors], batch(from[i / line][i % line / vectors]), sum[i])), ...);
    }
  (sum[i].store(sums + i / line * row + i % line * batch::size), ...);
}
template <int Rows, int Columns, int Vectors, class T>
void filters_tile(const by_filters& plan, const T* x, const int* offset, const T* w, T* sums) {
  filters_tile<Columns>(std::make_integer_sequence<int, Rows * Columns * Vectors>{},
                        std::make_integer_sequence<int, Vectors>{}, plan, x, offset, w, sums);
}

/// The tile of so many rows, for the columns and vectors of a plan.
template <class T> auto filters_tile_of(const by_filters& plan, int rows) {
  using tile = void (*)(const by_filters&, const T*, const int*, const T*, T*);
  static constexpr tile of[2][2][2] = {
      {{filters_tile<1, 4, 1, T>, filters_tile<2, 4, 1, T>}, {filters_tile<1, 4, 2, T>, filters_tile<2, 4, 2, T>}},
      {{filters_tile<1, 7, 1, T>, filters_tile<2, 7, 1, T>}, {filters_tile<1, 7, 2, T>, filters_tile<2, 7, 2, T>}}};
  return of[plan.columns == 7][plan.vectors - 1][rows - 1];
}

/// correlate_image(plan, x, offset, w, y): the outputs of one tile of filters from a padded image.
template <class T>
void correlate_image(const by_filters& plan, const T* x, const int* offset, const T* w, const output_grid<T>& y) {
  constexpr int most = padded::most_outputs * 2 * tile_of<T>::lanes;
  const int rows = plan.shape.rows.out, columns = plan.shape.cols.out, outputs = plan.planes.outputs;
  alignas(64) T sums[most], turned[most + tile_of<T>::lanes];
  const int together = by_filters::rows_together(plan.vectors, plan.columns);
  for (int i = 0; i < rows; i += together) {
    const auto tile = filters_tile_of<T>(plan, std::min(together, rows - i));
    for (int j = 0; j < columns; j += plan.columns)
      tile(plan, x + i * plan.planes.pitch + j, offset, w, sums + (i * columns + j) * plan.width());
  }
  turn(outputs, plan.width(), static_cast<const T*>(sums), turned);
  const int n = y.col == 1 && y.row == columns ? outputs : columns; // results that lie side by side
  for (int i = 0; i < outputs; i += n)
    put_run(turned + i, outputs, plan.width(), n, y.y + i / columns * y.row, y.channel, y.col, false);
}

/// correlate(plan, from, channel, filters, y, scratch): as for other plans.
template <class T>
void correlate(const by_filters& plan, const plane_source<T>& from, std::ptrdiff_t channel,
               const filter_source<T>& filters, const output_grid<T>& y, T* scratch) {
  const conv_shape& s = plan.shape;
  const auto weights = [&](int t) { return scratch + static_cast<std::ptrdiff_t>(plan.tiles.begin(t)) * s.depth(); };
  for_each_task(s.products(), plan.tiles.count(), [&](int t) { pack_filters(plan.tiles, t, s, filters, weights(t)); });
  const auto offset = plan.planes.offsets();
  for_each_task(s.products(), plan.tasks(), [&](int task) {
    T* const images = scratch + plan.weights() + static_cast<std::size_t>(task) * plan.task_scratch();
    std::fill_n(images, plan.task_scratch(), T(0));
    const range mine = share(plan.images.parts, task, plan.tasks());
    for (int part = mine.begin; part < mine.end; ++part) {
      const int first = plan.images.begin(part), n = plan.images.size(part);
      for (int i = 0; i < n; ++i)
        plan.planes.fill(s.channels, from.x + (first + i) * from.image, channel, from.row, images + i * plan.image());
      for (int t = 0; t < plan.tiles.count(); ++t)
        for (int i = 0; i < n; ++i)
          correlate_image<T>(
              plan, images + i * plan.image(), offset.data(), weights(t),
              {y.y + (first + i) * y.image + plan.tiles.begin(t) * y.channel, 0, y.channel, y.row, y.col});
    }
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
