// SPDX-License-Identifier: MIT
// A synthetic program: alternating binary and unary operations with skip edges, and its gradient, through all passes.
// FLUXPP_JOINT_NODES says about how many nodes value and gradient have together. Includes no SIMD, so nvcc takes it too.
#include <fluxpp/autodiff/adjoint.hpp>
#include <fluxpp/eval/planned.hpp>
#include <fluxpp/ops/ops.hpp>

#ifndef FLUXPP_JOINT_NODES
#define FLUXPP_JOINT_NODES 500
#endif

namespace fx = fluxpp;
using fx::var;

/// About 3.1 joint nodes for each node of the function.
constexpr int primal_nodes = FLUXPP_JOINT_NODES * 10 / 31;

constexpr var chain(var x) {
  var y = fx::tanh(x), before = x;
  for (int i = 0; i < primal_nodes / 2; ++i) {
    const var z = i % 3 == 0 ? y * before : i % 3 == 1 ? y + before : y - before;
    before = y;
    y = i % 4 == 0 ? fx::exp(z) : i % 4 == 1 ? fx::tanh(z) : i % 4 == 2 ? fx::sigmoid(z) : fx::sin(z);
  }
  return fx::sum(y);
}

struct program {
  static constexpr void trace(fx::graph::tape& t) {
    const var x = t.input(fx::make_dims(t.extents.symbol(1)), {});
    const var y = chain(x);
    fx::list<var> wrt;
    wrt.push(x);
    t.output(y);
    t.output(fx::autodiff::adjoint(t, y, t.constant(1), wrt)[0]);
  }
};

int main() {
  using namespace fx::eval;
  static_assert(nodes_of<program> > FLUXPP_JOINT_NODES * 8 / 10);
  return fused_of<program>.step_count > 0 && codes_of<program>.kernels > 0 && places_of<program>.arena.per_batch > 0
             ? 0
             : 1;
}
