// SPDX-License-Identifier: MIT
#pragma once
// A program with an elementwise result and folds of it over all, outer, inner and middle axes.
#include "laws/compiled.hpp"

#include "fluxpp/ops/ops.hpp"

namespace laws {

/// folds<Nonempty>: y = x tanh(x) of an array of rank 3, and sums (and, of arrays with elements, extrema) of it.
template <bool Nonempty> struct folds {
  using function = folds;
  template <int N> static constexpr list<var> build(fx::graph::tape&, const list<var>& args) {
    list<var> out;
    const var y = args[0] * fx::tanh(args[0]);
    out.push(y);
    out.push(fx::sum(y));
    for (const int axis : {0, 1, 2}) out.push(fx::sum(y, axis));
    out.push(fx::sum(y, {0, 1})), out.push(fx::sum(y, {1, 2})), out.push(fx::sum(y, {0, 2}));
    out.push(fx::prod(fx::sign(args[0]))), out.push(fx::prod(fx::sign(args[0]), {0, 2})); // exact in any order
    if (!Nonempty) return out;
    for (const int axis : {0, 1, 2}) out.push(fx::max(args[0], axis)), out.push(fx::min(args[0], axis));
    out.push(fx::max(args[0])), out.push(fx::min(args[0], {0, 2}));
    return out;
  }
};

template <bool Nonempty, class T> void check_folds(std::array<std::size_t, 3> shape) {
  INFO("shape " << shape[0] << ", " << shape[1] << ", " << shape[2] << " in " << sizeof(T) << " bytes");
  const auto x = normal_tensor<3, T>(shape, 5);
  check_agreement<folds<Nonempty>>(sizeof(T) == 8 ? 1e-13 : 2e-6, x);
}

} // namespace laws
