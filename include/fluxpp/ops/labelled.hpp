// SPDX-License-Identifier: MIT
#pragma once
// labelled: an array whose axes go by letters.
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/permute.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/subscripts.hpp"

namespace fluxpp::inline v0_1::ops {

/// labelled: an array with a letter for each of its axes.
struct labelled {
  var x;
  letters of;

  /// The sum over the axes in the mask, which are gone then.
  constexpr labelled without(unsigned mask) const {
    labelled out{reshape::apply(sum::apply(x, mask), squeezed_shape(x.shape(), mask)), {}};
    for (int i = 0; i < of.count; ++i)
      if (!(mask >> i & 1u)) out.of.push(of[i]);
    return out;
  }
  /// Axes with one letter become their diagonal, the first of them.
  constexpr labelled diagonal() const {
    labelled out = *this;
    unsigned repeated = 0;
    for (int i = 0; i < of.count; ++i)
      if (const int first = of.find(of[i]); first < i) {
        const var equal = fluxpp::equal(places(first), places(i), x.tape->line);
        out.x = fluxpp::select(equal, out.x, 0.0, x.tape->line);
        repeated |= 1u << i;
      }
    return out.without(repeated);
  }
  /// The axes in the order of the letters; a letter that is not there gives an axis of extent 1.
  constexpr var arranged(const letters& order) const {
    graph::attributes moved;
    dims shape;
    for (int i = 0; i < order.count; ++i) {
      const int axis = of.find(order[i]);
      if (axis >= 0) moved.value[moved.size++] = axis;
      shape = shape.with(axis >= 0 ? x.shape()[axis] : 1);
    }
    return reshape::apply(of.count == 0 ? x : permute::apply(x, moved), shape);
  }
  /// The extents of the axes with these letters.
  constexpr dims extents(const letters& which) const {
    dims d;
    for (int i = 0; i < which.count; ++i) d = d.with(x.shape()[of.find(which[i])]);
    return d;
  }

private:
  /// 0, 1, ... along one axis, the others of extent 1.
  constexpr var places(int axis) const {
    dims shape = kept_shape(x.shape(), ~0u);
    shape[axis] = x.shape()[axis];
    return reshape::apply(iota::apply(*x.tape, shape[axis]), shape);
  }
};

} // namespace fluxpp::inline v0_1::ops
