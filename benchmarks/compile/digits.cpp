// SPDX-License-Identifier: MIT
// What the program that trains the digits network costs to compile.

#include <fluxpp/fluxpp.hpp>

namespace fx = fluxpp;

constexpr auto net = fx::chain(fx::conv<16, 3>(fx::relu), fx::max_pool<2>(), fx::conv<32, 3>(fx::relu),
                               fx::max_pool<2>(), fx::flatten(), fx::dropout(0.2), fx::dense<10>());

int main() {
  auto [train, test] = fx::data::digits();
  fx::learner learn{net, fx::softmax_cross_entropy, fx::adamw{.lr = 2e-3f}, fx::shape<fx::batch, 1, 8, 8>};
  learn.fit(
      train,
      {.epochs = 20, .batch = 64, .validation = test, .metrics = {fx::accuracy}, .schedule = fx::one_cycle{2e-3f}});
  learn.save("digits.safetensors");
}
