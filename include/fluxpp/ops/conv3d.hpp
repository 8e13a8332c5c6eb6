// SPDX-License-Identifier: MIT
#pragma once
// conv3d: the correlation of volumes with filters, as that of images whose channels are the slices under a window.
#include "fluxpp/ops/conv2d.hpp"
#include "fluxpp/ops/permute.hpp"
#include "fluxpp/ops/unfold.hpp"

namespace fluxpp::inline v0_1 {

/// per_volume_axis: a number for slices, rows and columns; one number stands for all three.
struct per_volume_axis {
  int slices, rows, columns;
  constexpr per_volume_axis(int all) : per_volume_axis(all, all, all) {}
  constexpr per_volume_axis(int d, int r, int c) : slices(d), rows(r), columns(c) {}
  constexpr per_axis plane() const { return {rows, columns}; }
};

/// conv3d_options: fx::conv3d(x, w, {.stride = {1, 2, 2}, .pad = 1}).
struct conv3d_options {
  per_volume_axis stride = 1, pad = 0, dilation = 1;
  int groups = 1;
};

namespace ops {

struct conv3d_function {
  constexpr var operator()(var x, var w, const conv3d_options& o = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 5 || w.rank() != 5) {
      t.fail(graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    const var images = under_windows(x, w.extent(2), o);
    const var filters = reshape::apply(
        w, make_dims(w.extent(0), t.extents.product(w.extent(1), w.extent(2)), w.extent(3), w.extent(4)));
    const padding pad{o.pad.rows, o.pad.columns};
    const var y = conv2d_function{}(
        with_slices_first(images), filters,
        {.stride = o.stride.plane(), .pad = pad, .dilation = o.dilation.plane(), .groups = o.groups}, line);
    const dims each = make_dims(x.extent(0), images.extent(2), y.extent(1), y.extent(2), y.extent(3));
    return permute::apply(reshape::apply(y, each), swapped(5, 1, 2));
  }

private:
  /// x [n, c, d, h, w] -> [n, c taps, d', h, w]: for each window along d its slices as channels.
  static constexpr var under_windows(var x, int taps, const conv3d_options& o) {
    graph::tape& t = *x.tape;
    const int plane = t.extents.product(x.extent(3), x.extent(4));
    const var slices = reshape::apply(x, make_dims(x.extent(0), x.extent(1), x.extent(2), plane));
    const unfold_options along{
        .stride = {o.stride.slices, 1}, .pad = {o.pad.slices, 0}, .dilation = {o.dilation.slices, 1}};
    const per_axis count = windows_of(t, slices.shape(), {taps, 1}, along);
    const int channels = t.extents.product(x.extent(1), taps);
    const var y = unfold::apply(slices, make_dims(x.extent(0), channels, t.extents.product(count.rows, plane)),
                                unfold_attributes({taps < 0 ? 0 : taps, 1}, along));
    return reshape::apply(y, make_dims(x.extent(0), channels, count.rows, x.extent(3), x.extent(4)));
  }
  /// x [n, c, d, h, w] -> [n d, c, h, w].
  static constexpr var with_slices_first(var x) {
    const int images = x.tape->extents.product(x.extent(0), x.extent(2));
    return reshape::apply(permute::apply(x, swapped(5, 1, 2)),
                          make_dims(images, x.extent(1), x.extent(3), x.extent(4)));
  }
};

} // namespace ops

/// conv3d(x, w, {.stride, .pad, .dilation, .groups}): cross-correlation of volumes with filters.
/// shapes   x [n, c, d, h, w], w [k, c / groups, q, r, s] -> [n, k, d', h', w'], each as in conv2d
/// grad     through conv2d, unfold and permute
/// errors   as conv2d
/// accuracy as conv2d
/// source   Tran et al. 2015, arXiv:1412.0767
inline constexpr ops::conv3d_function conv3d{};

} // namespace fluxpp::inline v0_1
