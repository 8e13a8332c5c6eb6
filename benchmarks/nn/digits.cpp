// SPDX-License-Identifier: MIT
// The network of examples/02_digits.cpp without its dropout, batch 64.
#include "training.hpp"

namespace bench {
namespace {
constexpr int batch = 64, classes = 10;
constexpr auto net = fx::chain(fx::conv<16, 3>(fx::relu), fx::max_pool<2>(), fx::conv<32, 3>(fx::relu),
                               fx::max_pool<2>(), fx::flatten(), fx::dense<classes>());
/// Forward and weight gradients of all three layers, input gradients of the last two.
constexpr double multiply_adds = 1.0 * batch * (2 * 64 * 9 * 16 + 3 * 16 * 9 * 16 * 32 + 3 * 128 * classes);
} // namespace

workload digits() { return workload_of<training<net, fx::shape<batch, 1, 8, 8>, classes>>("digits", multiply_adds); }

} // namespace bench
