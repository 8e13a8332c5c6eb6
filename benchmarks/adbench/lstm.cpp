// SPDX-License-Identifier: MIT
// LSTM: gradients of ADBench's file with two layers, and of its sequence with four.
#include "data.hpp"
#include "gradient_case.hpp"
#include "lstm_program.hpp"
#include "suite.hpp"

namespace adbench {
namespace {

template <int Layers> struct lstm_problem {
  lstm p;
  decltype(fx::value_and_grad<"main", "extra">(lstm_loss<Layers>)) gradient{};
  template <class T> using by_hand = lstm_by_hand<T>;

  auto call() {
    const auto matrix = [this](const double* at, std::size_t rows) {
      return fx::tensor_view<const double, 2>(at, {rows, p.b});
    };
    return gradient(matrix(p.main.data(), 8 * p.l), matrix(p.extra.data(), 3), matrix(p.state.data(), 2 * p.l),
                    matrix(p.sequence.data(), p.c - 1), matrix(p.sequence.data() + p.b, p.c - 1));
  }
};

/// The same sequence for more layers; parameters and state of [0, 1).
lstm with_layers(lstm s, std::size_t layers) {
  s.l = layers, s.main.resize(layers * 8 * s.b), s.state.resize(layers * 2 * s.b);
  fx::fill_uniform(s.main.data(), s.main.size(), 1, 0, 0), fx::fill_uniform(s.extra.data(), s.extra.size(), 2, 0, 0);
  fx::fill_uniform(s.state.data(), s.state.size(), 3, 0, 0);
  return s;
}
} // namespace

void add_lstm(const bench::suite& s) {
  const lstm two = read_lstm(data_file("lstm/lstm_l2_c1024.txt"));
  run<lstm_problem<2>>(s, "lstm l2 c1024", 1e-12, two);
  run<lstm_problem<4>>(s, "lstm l4 c1024", 1e-12, with_layers(two, 4));
}

} // namespace adbench
