// SPDX-License-Identifier: MIT
#pragma once
// LSTM as a user writes it: a scan over the characters, then the output of all of them at once.
#include "lstm.hpp"

#include <fluxpp/fluxpp.hpp>

#include <array>
#include <tuple>

namespace adbench {
namespace fx = fluxpp;

constexpr auto row = [](auto x, int i) { return fx::reshape(fx::slice(x, 0, i, i + 1), {x.extent(1)}); };

/// h and the cell of a layer with the weights [8, b].
constexpr auto lstm_layer = [](auto w, auto u, auto h, auto cell) {
  const auto forget = fx::sigmoid(u * row(w, 0) + row(w, 4)), input = fx::sigmoid(h * row(w, 1) + row(w, 5));
  const auto output = fx::sigmoid(u * row(w, 2) + row(w, 6)), candidate = fx::tanh(h * row(w, 3) + row(w, 7));
  const auto next = cell * forget + input * candidate;
  return std::pair{output * fx::tanh(next), next};
};

/// main [8 l, b], extra [3, b], state [2 l, b], now and next [c - 1, b] without the last and the first character.
template <int Layers>
constexpr auto lstm_loss = fx::function<"main", "extra", "state", "now", "next">([](auto main, auto extra, auto state,
                                                                                    auto now, auto next) {
  std::array<decltype(main), 2 * Layers> start;
  for (int i = 0; i < 2 * Layers; ++i) start[static_cast<std::size_t>(i)] = row(state, i);
  const auto step = [&](const auto& states, const auto& character) {
    auto carry = std::apply([](auto... each) { return std::array{each...}; }, states);
    auto u = character * row(extra, 0);
    for (int k = 0; k < Layers; ++k) {
      auto &h = carry[static_cast<std::size_t>(2 * k)], &cell = carry[static_cast<std::size_t>(2 * k + 1)];
      std::tie(h, cell) = lstm_layer(fx::slice(main, 0, 8 * k, 8 * k + 8), u, h, cell);
      u = h;
    }
    return std::pair{carry, u};
  };
  const auto [last, out] = fx::scan(step, start, now);
  const auto y = out * row(extra, 1) + row(extra, 2);
  return -fx::mean(next * (y - fx::log(2.0 + fx::sum(fx::exp(y), fx::axes{1}.kept()))));
});

} // namespace adbench
