// SPDX-License-Identifier: MIT
#pragma once
// The words of a progress display: lines of text as pure functions of the state of a run.

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

namespace fluxpp::inline v0_1 {

/// named_value: a number to show, such as {"loss", 0.12}.
struct named_value {
  std::string_view name;
  double value;
};

/// progress_state: where a run stands; units: seconds, negative if not known.
struct progress_state {
  std::size_t epoch = 0, epochs = 0, batch = 0, batches = 0; // epoch and batch count from 1: those begun, those done
  double elapsed = 0, remaining = -1, per_second = -1;
};

/// progress_style: how a line is drawn.
struct progress_style {
  std::size_t width = 80;
  bool blocks = false, colour = false;
};

namespace progress_text {

/// formatted("%.1f", x): snprintf into a string.
template <class... T> std::string formatted(const char* format, T... values) {
  char text[64];
  const int n = std::snprintf(text, sizeof text, format, values...);
  return {text, static_cast<std::size_t>(n < 0 ? 0 : n < int(sizeof text) ? n : int(sizeof text) - 1)};
}

/// duration(95): `1:35`; below a minute `12s`, below ten seconds `3.4s`, `?` if not known.
inline std::string duration(double seconds) {
  if (!(seconds >= 0)) return "?";
  if (seconds < 9.95) return formatted("%.1fs", seconds);
  if (seconds < 59.5) return formatted("%.0fs", seconds);
  const long s = static_cast<long>(seconds + 0.5);
  if (s < 3600) return formatted("%ld:%02ld", s / 60, s % 60);
  return formatted("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

/// count(3, 20): ` 3/20`, as wide as `20/20`.
inline std::string count(std::size_t i, std::size_t n) {
  const std::string number = std::to_string(i), total = std::to_string(n);
  return std::string(number.size() < total.size() ? total.size() - number.size() : 0, ' ') + number + '/' + total;
}

/// values(list): `  loss 0.1234  accuracy 0.9610`.
inline std::string values(std::span<const named_value> list) {
  std::string text;
  for (const named_value& v : list) {
    const bool plain = v.value == 0 || (v.value > -1e4 && v.value < 1e4 && !(v.value > -1e-3 && v.value < 1e-3));
    text.append("  ").append(v.name).append(" ").append(formatted(plain ? "%.4f" : "%.2e", v.value));
  }
  return text;
}

/// bar(done, width, style): the filled part of a bar; eighths of a cell where blocks are allowed.
inline std::string bar(double done, std::size_t width, const progress_style& style) {
  constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double cells = done * static_cast<double>(width);
  const auto full = static_cast<std::size_t>(cells);
  std::string text;
  for (std::size_t i = 0; i < full; ++i) text += style.blocks ? "█" : i + 1 == full && full < width ? ">" : "=";
  std::size_t drawn = full;
  const auto part = static_cast<std::size_t>((cells - static_cast<double>(full)) * 8);
  if (style.blocks && part > 0 && full < width) text += eighths[part], ++drawn;
  if (style.colour) text = "\033[32m" + text + "\033[0m";
  return "[" + text.append(width - drawn, ' ') + "]";
}

} // namespace progress_text

/// progress_line(state, values, style): `epoch 3/20 [=====>    ] 450/938  12s<13s  37.2 it/s  loss 0.1234`.
/// The bar takes what the text leaves of the width, 8 to 30 cells. Where there is less, the speed goes, then the bar.
inline std::string progress_line(const progress_state& state, std::span<const named_value> values,
                                 const progress_style& style) {
  using namespace progress_text;
  const std::string epoch = "epoch " + count(state.epoch, state.epochs);
  const std::string batches_text =
      count(state.batch, state.batches) + "  " + duration(state.elapsed) + '<' + duration(state.remaining);
  const std::string speed =
      state.per_second < 0 ? "" : formatted(state.per_second < 100 ? "  %.1f it/s" : "  %.0f it/s", state.per_second);
  const std::string shown = progress_text::values(values);
  constexpr std::size_t least = 8, most = 30, frame = 4;
  const std::size_t text = epoch.size() + batches_text.size() + shown.size() + frame;
  if (text + least > style.width) return (epoch + ' ' + batches_text + shown).substr(0, style.width);
  const bool fast = text + speed.size() + least <= style.width;
  const std::size_t cells = style.width - text - (fast ? speed.size() : 0);
  const double done = state.batches == 0 ? 0 : static_cast<double>(state.batch) / static_cast<double>(state.batches);
  return epoch + ' ' + bar(done < 1 ? done : 1, cells < most ? cells : most, style) + ' ' + batches_text +
         (fast ? speed : "") + shown;
}

/// epoch_line(state, values): `epoch  3/20  25s  loss 0.1234  accuracy 0.9610`.
inline std::string epoch_line(const progress_state& state, std::span<const named_value> values) {
  return "epoch " + progress_text::count(state.epoch, state.epochs) + "  " + progress_text::duration(state.elapsed) +
         progress_text::values(values);
}

} // namespace fluxpp::inline v0_1
