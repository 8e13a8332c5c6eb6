// SPDX-License-Identifier: MIT
#pragma once
// Filters of one channel each (depthwise): a plane is packed into the nearest cache, and rows of it meet several taps of a
// column of the filter while they are in registers.

#include <fluxpp/kernels/convolution/correlate.hpp>

namespace fluxpp::inline v0_1::kernels::convolution {
/// The rows of a tile; the most taps of a filter, and of a column of it that are taken together.
inline constexpr int tile_rows = 8, most_taps = 128, most_together = 4;

/// column_taps: consecutive taps of a column of the filter, `count` of them; `offset` is where output 0 meets the first.
struct column_taps {
  int offset, count;
};

/// tap_plan: how the taps of a filter are taken together, and how far apart the rows lie that they meet.
struct tap_plan {
  int pitch = 1, groups = 0;
  column_taps group[most_taps]{};
  int tap[most_taps]{}; ///< of the filter, in the order of the groups
};

/// spread_source: a plane whose elements may stand apart, with zeros between them.
template <class T> struct spread_source : plane_source<T> {
  int rows = 1, cols = 1;
  constexpr bool spread() const { return rows > 1 || cols > 1; }
};

/// pack_spread(rows, cols, from, pitch, to): the rows that outputs of stride 1 meet in the spread plane.
template <class T>
void pack_spread(const window& rows, const window& cols, const spread_source<T>& from, int pitch, T* to) {
  for (int r = 0; r < rows.out + rows.size - 1; ++r, to += pitch) {
    std::fill_n(to, pitch, T(0));
    const int row = rows.origin(r);
    if (row < 0 || row >= rows.in || row % from.rows != 0) continue;
    const T* const x = from.x + row / from.rows * from.row;
    const int begin = ceil_div(std::max(0, -cols.pad_before), from.cols);
    const int end = std::min(ceil_div(cols.in, from.cols), ceil_div(pitch - cols.pad_before, from.cols));
    T* const first = to + cols.pad_before;
    if (from.cols == 2) // a loop that compilers know
      for (int j = begin; j < end; ++j) first[2 * j] = x[j];
    else
      for (int j = begin; j < end; ++j) first[j * from.cols] = x[j];
  }
}

/// pack_rows(rows, cols, from, pitch, to): the rows that outputs of stride 1 meet, with zeros around them; the registers that
/// are stored lie on cache lines if element 0 of the image does.
template <class T>
void pack_rows(const axis_packing& rows, const axis_packing& cols, const plane_source<T>& from, int pitch, T* to) {
  using batch = simd::batch<T>;
  const int height = rows.length(rows.axis.out);
  const range up = rows.inside(0, height), across = cols.inside(0, pitch);
  const int n = across.size(), whole = n - n % batch::size, end = across.begin + ceil_div(n, batch::size) * batch::size;
  const T* x = from.x + rows.input(0, up.begin) * from.row + cols.input(0, across.begin);
  const auto clear = [to](int begin, int until) {
    for (int i = begin; i < until; i += batch::size) batch(T(0)).store(to + i);
  };
  clear(0, up.begin * pitch + across.begin);
  for (int r = up.begin; r < up.end; ++r, x += from.row) {
    T* const row = to + r * pitch + across.begin;
    for (int j = 0; j < whole; j += batch::size) batch::load(x + j).store(row + j);
    if (n > whole) batch::load_first(x + whole, n - whole).store(row + whole);
    clear(r * pitch + end, (r + 1) * pitch + across.begin);
  }
  clear(up.end * pitch, height * pitch);
}

/// plane_plan: how one plane is packed, in bands of output rows, and how its taps are taken together.
struct plane_plan : tap_plan {
  axis_packing rows, cols;
  int band = 1, plane = 0, lead = 0; ///< lead: elements before a packed plane, so that what is stored is aligned

  constexpr plane_plan(const window& up, const window& across, int lanes)
      : rows(axis_packing::by_phase(up)), cols(axis_packing::by_phase(across)) {
    pitch = ceil_div(cols.length(across.out), lanes) * lanes;
    const int room = 6144 / (pitch * rows.copies * cols.copies) - (rows.length(1) - 1);
    band = cut(up.out, std::max(room, 2 * tile_rows)).part;
    plane = (rows.length(band) + tile_rows) * pitch + 2 * lanes;
    plane = ceil_div(plane, 16) * 16;
    if (simple()) lead = lanes - std::max(across.pad_before, 0) % lanes;
    group_taps();
  }

  /// suits(s): one channel per group, neighbouring taps that meet neighbouring rows, and rows enough for a tile.
  static constexpr bool suits(const conv_shape& s) {
    const auto dense = [](const window& w) { return w.dilation == 1; };
    return s.group_channels() == 1 && s.rows.size > 1 && s.rows.size * s.cols.size <= most_taps && s.rows.out >= 4 &&
           s.cols.out > 0 && dense(s.rows) && dense(s.cols);
  }
  constexpr int bands() const { return ceil_div(rows.axis.out, band); }
  constexpr int packed() const { return rows.copies * cols.copies * plane + 16; }

  /// pack(from, first, n, to): what n output rows from `first` on meet; more rows of zeros where a tile reads beyond.
  template <class T> void pack(const spread_source<T>& from, int first, int n, T* to) const {
    const axis_packing part{rows.axis.part(first, n), rows.copies};
    const int read = part.length(ceil_div(n, tile_rows) * tile_rows);
    for (int i = 0; i < rows.copies; ++i)
      for (int j = 0; j < cols.copies; ++j, to += plane) {
        if (from.spread()) pack_spread(part.axis, cols.axis, from, pitch, to);
        else if (simple()) pack_rows(part, cols, from, pitch, to);
        else pack_plane(part, i, cols, j, from, 1, pitch, to);
        std::fill(to + part.length(n) * pitch, to + read * pitch + 2 * tile_of<T>::lanes, T(0));
      }
  }

private:
  /// simple(): whether rows are copied as they are.
  constexpr bool simple() const { return rows.axis.stride == 1 && cols.axis.stride == 1; }

  constexpr void group_taps() {
    int taps = 0;
    for (int s = 0; s < cols.axis.size; ++s)
      for (int copy = 0; copy < rows.copies; ++copy) {
        const cut together((rows.axis.size - copy - 1) / rows.copies + 1, most_together);
        for (int part = 0; part < together.parts; ++part) {
          const int first = copy + together.begin(part) * rows.copies;
          group[groups++] = {(copy * cols.copies + s % cols.copies) * plane + rows.shift(first) * pitch + cols.shift(s),
                             together.size(part)};
          for (int k = 0; k < together.size(part); ++k) tap[taps++] = (first + k * rows.copies) * cols.axis.size + s;
        }
      }
  }
};

/// tile<T>: a column of registers, tile_rows high. What works on tiles is inline always and without lambdas: a function
/// that a compiler leaves out of line would take them out of their registers.
template <class T> using tile = std::array<simd::batch<T>, tile_rows>;

/// add_product<i, k>(v, w, sum): row i of the input meets tap k of output row i - k.
template <int i, int k, class T, std::size_t count>
[[gnu::always_inline]] inline void add_product(simd::batch<T> v, const std::array<simd::batch<T>, count>& w,
                                               tile<T>& sum) {
  if constexpr (i >= k && i - k < tile_rows) sum[i - k] = simd::fma(w[k], v, sum[i - k]);
}
template <int i, class T, std::size_t count, int... k>
[[gnu::always_inline]] inline void add_row(simd::batch<T> v, const std::array<simd::batch<T>, count>& w, tile<T>& sum,
                                           indices<k...>) {
  (add_product<i, k>(v, w, sum), ...);
}

/// add_taps(taps, rows, x, pitch, w, sum): a group of taps, which meet rows `pitch` apart.
template <class T, int... k, int... i>
[[gnu::always_inline]] inline void add_taps(indices<k...> taps, indices<i...>, const T* x, std::ptrdiff_t pitch,
                                            const T* w, tile<T>& sum) {
  const std::array weights{simd::batch<T>(w[k])...};
  ((add_row<i>(simd::batch<T>::load(x), weights, sum, taps), x += pitch), ...);
}
template <int count, class T>
[[gnu::always_inline]] inline void add_taps(const T* x, std::ptrdiff_t pitch, const T* w, tile<T>& sum) {
  add_taps(std::make_integer_sequence<int, count>{}, std::make_integer_sequence<int, tile_rows + count - 1>{}, x, pitch,
           w, sum);
}

/// plane_tile(plan, x, w, sum): a tile of outputs.
template <class T>
[[gnu::always_inline]] inline void plane_tile(const tap_plan& plan, const T* x, const T* w, tile<T>& sum) {
  for (int g = 0; g < plan.groups; w += plan.group[g++].count) {
    const T* const from = x + plan.group[g].offset;
    switch (plan.group[g].count) {
    case 1: add_taps<1>(from, plan.pitch, w, sum); break;
    case 2: add_taps<2>(from, plan.pitch, w, sum); break;
    case 3: add_taps<3>(from, plan.pitch, w, sum); break;
    default: add_taps<most_together>(from, plan.pitch, w, sum);
    }
  }
}

/// put_lanes(v, n, to, step): the first n lanes, step apart.
template <class T> [[gnu::always_inline]] inline void put_lanes(simd::batch<T> v, int n, T* to, std::ptrdiff_t step) {
  using batch = simd::batch<T>;
  if (step == 1) return n == batch::size ? v.store(to) : v.store_first(to, n);
  T line[batch::size];
  v.store(line);
  for (int i = 0; i < n; ++i) to[i * step] = line[i];
}

/// put_tile(sum, rows, lanes, y): as many rows and lanes of a tile as there are outputs.
template <class T, std::size_t... r>
[[gnu::always_inline]] inline void put_tile(const tile<T>& sum, int rows, int lanes, const output_grid<T>& y,
                                            std::index_sequence<r...>) {
  T* to = y.y;
  if (rows == tile_rows && lanes == simd::batch<T>::size && y.col == 1) ((sum[r].store(to), to += y.row), ...);
  else ((static_cast<int>(r) < rows ? put_lanes(sum[r], lanes, to, y.col) : void(), to += y.row), ...);
}
template <class T>
[[gnu::always_inline]] inline void put_tile(const tile<T>& sum, int rows, int lanes, const output_grid<T>& y) {
  put_tile(sum, rows, lanes, y, std::make_index_sequence<tile_rows>{});
}

/// correlate_plane(plan, x, w, n, y): n output rows from a packed plane; y is where the first of them goes.
template <class T>
void correlate_plane(const plane_plan& plan, const T* x, const T* w, int n, const output_grid<T>& y) {
  using batch = simd::batch<T>;
  const int width = plan.cols.axis.out, valid = std::min(n, tile_rows);
  for (int block = 0; block < n; block += tile_rows) {
    const int i = std::max(0, std::min(block, n - tile_rows)); // the last tile ends with the last row
    for (int j = 0; j < width; j += batch::size) {
      tile<T> sum;
      sum.fill(batch(T(0)));
      plane_tile(plan, x + i * plan.pitch + j, w, sum);
      put_tile(sum, valid, std::min(batch::size, width - j),
               output_grid<T>{y.y + i * y.row + j * y.col, 0, 0, y.row, y.col});
    }
  }
}

/// tap_places: where the taps of a filter are read, in the order of a plan.
struct tap_places {
  int count = 0;
  std::ptrdiff_t place[most_taps];

  tap_places(const plane_plan& plan, std::ptrdiff_t row, std::ptrdiff_t col)
      : count(plan.rows.axis.size * plan.cols.axis.size) {
    const int width = plan.cols.axis.size;
    for (int t = 0; t < count; ++t) place[t] = plan.tap[t] / width * row + plan.tap[t] % width * col;
  }
  template <class T> void read(const T* filter, T* w) const {
    for (int t = 0; t < count; ++t) w[t] = filter[place[t]];
  }
};

/// depthwise_scratch<T>(s), depthwise(s, from, channel, filters, y, scratch): what correlate does, for shapes that suit
/// and outputs side by side.
template <class T> constexpr std::size_t depthwise_scratch(const conv_shape& s) {
  const plane_plan plan(s.rows, s.cols, tile_of<T>::lanes);
  return static_cast<std::size_t>(std::min(s.batch * s.channels, most_tasks)) * static_cast<std::size_t>(plan.packed());
}
template <class T>
void depthwise(const conv_shape& s, const spread_source<T>& from, std::ptrdiff_t channel,
               const filter_source<T>& filters, const output_grid<T>& y, T* scratch) {
  const plane_plan plan(s.rows, s.cols, tile_of<T>::lanes);
  const tap_places taps(plan, filters.row, filters.col);
  const int jobs = s.batch * s.channels, tasks = std::min(jobs, most_tasks);
  for_each_task(s.products(), tasks, [&](int task) {
    T* const packed = scratch + task * static_cast<std::ptrdiff_t>(plan.packed()) + plan.lead;
    T w[most_taps];
    const range mine = share(jobs, task, tasks);
    for (int job = mine.begin; job < mine.end; ++job) {
      const int n = job / s.channels, c = job % s.channels;
      for (int first = 0; first < s.rows.out; first += plan.band) {
        const int rows = std::min(plan.band, s.rows.out - first);
        spread_source<T> plane = from;
        plane.x += n * from.image + c * channel;
        plan.pack(plane, first, rows, packed);
        for (int k = c * s.group_filters(); k < (c + 1) * s.group_filters(); ++k) {
          taps.read(filters.w + c * filters.group + k % s.group_filters() * filters.filter, w);
          output_grid<T> to = y;
          to.y += n * y.image + k * y.channel + first * y.row;
          correlate_plane(plan, static_cast<const T*>(packed), w, rows, to);
        }
      }
    }
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution
