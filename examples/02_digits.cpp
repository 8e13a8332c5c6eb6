// SPDX-License-Identifier: MIT
// A model and its training: a small convolutional network reads handwritten digits.
// You will see the loss fall and the share of held-out digits that it reads correctly.
#include <fluxpp/fluxpp.hpp>

#include <cstdio>
#include <filesystem>
namespace fx = fluxpp;

// clang-format off
// [network]
constexpr auto net = fx::chain(fx::conv<16, 3>(fx::relu), fx::max_pool<2>(),
                               fx::conv<32, 3>(fx::relu), fx::max_pool<2>(),
                               fx::flatten(), fx::dropout(0.2), fx::dense<10>());
// [network]
// clang-format on

int main() {
  auto [train, test] = fx::data::digits(); // 1,797 images of 8 x 8 pixels; a fifth is held out
  fx::learner learn{net, fx::softmax_cross_entropy, fx::adamw{.lr = 2e-2f}, fx::shape<fx::batch, 1, 8, 8>};
  learn.fit(
      train,
      {.epochs = 20, .batch = 64, .validation = test, .metrics = {fx::accuracy}, .schedule = fx::one_cycle{2e-2f}});
  std::filesystem::create_directories("out");
  learn.save("out/digits.safetensors"); // atomic; loads by name anywhere

  std::printf("parameters %d\n", learn.parameter_count());
  std::printf("loss fell %s\n",
              learn.history().back().loss < 0.1 * learn.history().front().loss ? "tenfold" : "less than tenfold");
  std::printf("held-out accuracy %.2f\n", learn.evaluate(test, fx::accuracy));
}
