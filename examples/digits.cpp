// SPDX-License-Identifier: MIT
// The demo: trains the digits network with a progress bar and draws what it learned into out/.
#include <fluxpp/fluxpp.hpp>
#include <fluxpp/io/plot.hpp>

#include <cstdio>
#include <filesystem>
namespace fx = fluxpp;

constexpr auto net = fx::chain(fx::conv<16, 3>(fx::relu), fx::max_pool<2>(), fx::conv<32, 3>(fx::relu),
                               fx::max_pool<2>(), fx::flatten(), fx::dropout(0.2), fx::dense<10>());

/// Loss and accuracy over the epochs, on the images learned from and on those held out.
void draw_curves(const std::vector<fx::epoch_record>& history, const std::string& path) {
  std::vector<double> loss, held_out_loss, accuracy, held_out;
  for (const fx::epoch_record& r : history) {
    loss.push_back(r.loss), held_out_loss.push_back(r.validation_loss);
    accuracy.push_back(r.metrics[0]), held_out.push_back(r.validation_metrics[0]);
  }
  const fx::io::panel panels[]{{.title = "Cross-entropy (nats)",
                                .curves = {{"training", loss}, {"held out", held_out_loss}},
                                .logarithmic = true},
                               {.title = "Accuracy", .curves = {{"training", accuracy}, {"held out", held_out}}}};
  fx::io::plot_curves(path, panels);
}

int main() {
  std::filesystem::create_directories("out");
  auto [train, test] = fx::data::digits();
  fx::learner learn{net, fx::softmax_cross_entropy, fx::adamw{.lr = 2e-2}, fx::shape<fx::batch, 1, 8, 8>};
  std::printf("%d parameters, %zu images to learn from, %zu held out\n", learn.parameter_count(), train.size(),
              test.size());
  learn.fit(
      train,
      {.epochs = 20, .batch = 64, .validation = test, .metrics = {fx::accuracy}, .schedule = fx::one_cycle{2e-2}});
  learn.save("out/digits.safetensors");

  auto answers = learn.predict(test);
  fx::confusion_matrix confusion(10);
  confusion.add({{answers.data(), answers.size()}, {test.targets.data(), test.size()}});
  std::vector<fx::io::tile> tiles;
  for (std::size_t i = 0; i < 100; ++i) {
    const float* pixels = test.inputs.data() + 64 * i;
    tiles.push_back(
        {{pixels, pixels + 64}, std::to_string(fx::largest({&answers(i, 0), 10})), std::to_string(test.targets(i))});
  }
  draw_curves(learn.history(), "out/curves.png");
  fx::io::plot_grid("out/digits.png", tiles, {.title = "Held-out digits and what the network reads"});
  fx::io::plot_confusion("out/confusion.png", confusion.counts(), {.title = "Held-out digits: truth and answer"});
  std::printf(
      "held-out accuracy %.2f %%\nwrote out/curves.png out/digits.png out/confusion.png out/digits.safetensors\n",
      100 * confusion.accuracy());
}
