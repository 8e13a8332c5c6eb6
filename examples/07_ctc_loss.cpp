// SPDX-License-Identifier: MIT
// Labels whose places in a sequence nobody knows: connectionist temporal classification (Graves et al. 2006).
// You will see a loss that sums over all alignments, and scores that learn to say a word in their own time.
#include <fluxpp/fluxpp.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>
namespace fx = fluxpp;

// [loss]
/// Scores [frames, sequences, classes]; class 0 is the blank. Sequences and their labels have lengths of their own.
constexpr auto loss =
    fx::function<"scores", "labels", "frames", "counts">([](auto scores, auto labels, auto frames, auto counts) {
      return fx::mean(fx::ctc_loss(fx::log_softmax(scores), labels, frames, counts));
    });
// [loss]

constexpr const char* letters = "-abcdefghijklmnopqrstuvwxyz";

/// The most likely path of a sequence: the best class of each frame.
std::string path(const fx::tensor<float, 3>& scores, std::size_t sequence, int frames) {
  std::string text;
  for (int t = 0; t < frames; ++t) {
    const float* row = &scores(t, sequence, 0);
    text += letters[std::max_element(row, row + scores.shape(2)) - row];
  }
  return text;
}
/// What a path says: each letter once, however long it lasts, and no blanks.
std::string said(const std::string& path) {
  std::string text;
  for (std::size_t t = 0; t < path.size(); ++t)
    if (path[t] != '-' && (t == 0 || path[t] != path[t - 1])) text += path[t];
  return text;
}

int main() {
  const std::vector<std::string> words{"hello", "flux"};
  const std::vector<int> frames{12, 9}, counts{5, 4};
  fx::tensor<int, 2> labels({2, 5});
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t k = 0; k < words[i].size(); ++k) labels(i, k) = words[i][k] - 'a' + 1;

  fx::tensor<float, 3> scores({12, 2, 27});
  fx::fill_normal(scores.data(), scores.size(), 1, 0, 0);
  auto f = fx::value_and_grad<"scores">(loss);
  for (int step = 0; step <= 60; ++step) {
    const auto [value, g] = f(scores, labels, frames, counts);
    if (step % 20 == 0) std::printf("step %2d  loss %7.4f\n", step, static_cast<double>(value));
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] -= 4 * g.get<0>()[i];
  }
  for (std::size_t i = 0; i < 2; ++i)
    std::printf("%s says %s\n", path(scores, i, frames[i]).c_str(), said(path(scores, i, frames[i])).c_str());
}
