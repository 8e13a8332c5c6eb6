// SPDX-License-Identifier: MIT
// A multilayer perceptron, 784-128-10, batch 64.
#include "training.hpp"

namespace bench {
namespace {
constexpr int batch = 64, inputs = 784, hidden = 128, classes = 10;
constexpr auto net = fx::chain(fx::dense<hidden>(fx::relu), fx::dense<classes>());
} // namespace

workload mlp() {
  return workload_of<training<net, fx::shape<batch, inputs>, classes>>(
      "mlp", 1.0 * batch * (2 * inputs * hidden + 3 * hidden * classes));
}

} // namespace bench
