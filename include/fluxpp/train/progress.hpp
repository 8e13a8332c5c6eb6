// SPDX-License-Identifier: MIT
#pragma once
// Progress of a training run: a bar that redraws itself on a terminal, one line per epoch everywhere else.

#include "fluxpp/train/progress_text.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#if __has_include(<unistd.h>)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace fluxpp::inline v0_1 {

/// progress_options: where to, and how; `automatic` draws a bar on terminals and lines elsewhere.
/// The environment decides for `automatic`: FLUXPP_PROGRESS = 0 (lines), 1 (bar), auto; NO_COLOR; COLUMNS.
struct progress_options {
  enum class form { automatic, bar, lines, silent };
  std::FILE* stream = stderr;
  form shown = form::automatic;
  double interval = 0.1; // seconds between two redraws, at least
};

/// progress_bar(epochs): begin_epoch, step after each batch, end_epoch; whatever happens, the terminal is left tidy.
/// A step between two redraws costs one look at the clock.
class progress_bar {
public:
  explicit progress_bar(std::size_t epochs, const progress_options& options = {})
      : stream_(options.stream), form_(resolved(options)), interval_(options.interval),
        terminal_(is_terminal(stream_)) {
    state_.epochs = epochs;
    style_.width = width_of(stream_) - 1;
    style_.blocks = terminal_ && locale_is_utf8();
    style_.colour = terminal_ && environment("NO_COLOR").empty();
  }
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  ~progress_bar() {
    if (drawn_ > 0) std::fputc('\n', stream_);
  }

  /// begin_epoch(epoch, batches): epoch counts from 1.
  void begin_epoch(std::size_t epoch, std::size_t batches) {
    state_.epoch = epoch;
    state_.batches = batches;
    state_.batch = last_batch_ = 0;
    state_.per_second = state_.remaining = -1;
    begin_ = last_ = clock::now();
  }

  /// step(values): one more batch is done.
  void step(std::span<const named_value> values) {
    ++state_.batch;
    if (form_ != progress_options::form::bar) return;
    const clock::time_point now = clock::now();
    if (seconds(now - last_) < interval_) return;
    measure(now);
    const std::lock_guard lock(mutex_);
    draw(progress_line(state_, values, style_));
  }

  /// end_epoch(values): leaves one line with the final values.
  void end_epoch(std::span<const named_value> values) {
    if (form_ == progress_options::form::silent) return;
    state_.elapsed = seconds(clock::now() - begin_);
    const std::lock_guard lock(mutex_);
    draw(epoch_line(state_, values));
    std::fputc('\n', stream_);
    std::fflush(stream_);
    drawn_ = 0;
  }

  /// message(text): a line above the bar; from any thread.
  void message(std::string_view text) {
    const std::lock_guard lock(mutex_);
    draw(text);
    std::fputc('\n', stream_);
    drawn_ = 0;
  }

private:
  using clock = std::chrono::steady_clock;
  static double seconds(clock::duration d) { return std::chrono::duration<double>(d).count(); }

  /// Speed is an exponential average with weight 0.3 for the newest redraw.
  void measure(clock::time_point now) {
    const double speed = static_cast<double>(state_.batch - last_batch_) / seconds(now - last_);
    state_.per_second = state_.per_second < 0 ? speed : 0.3 * speed + 0.7 * state_.per_second;
    state_.elapsed = seconds(now - begin_);
    const std::size_t left = state_.batches < state_.batch ? 0 : state_.batches - state_.batch;
    state_.remaining = static_cast<double>(left) / state_.per_second;
    last_ = now;
    last_batch_ = state_.batch;
  }

  /// Overwrites the line drawn before.
  void draw(std::string_view line) {
    std::string text = drawn_ > 0 ? "\r" : "";
    text.append(line);
    if (terminal_) text.append("\033[K");
    else if (drawn_ > line.size()) text.append(drawn_ - line.size(), ' ');
    std::fwrite(text.data(), 1, text.size(), stream_);
    std::fflush(stream_);
    drawn_ = line.size();
  }

  static std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  }
  static progress_options::form resolved(const progress_options& options) {
    using form = progress_options::form;
    if (options.shown != form::automatic) return options.shown;
    const std::string_view wish = environment("FLUXPP_PROGRESS");
    if (wish == "0" || wish == "1") return wish == "1" ? form::bar : form::lines;
    return is_terminal(options.stream) ? form::bar : form::lines;
  }
  static bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
      if (const std::string_view value = environment(name); !value.empty())
        return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
    return false;
  }
#if __has_include(<unistd.h>)
  static bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }
  static std::size_t terminal_width(std::FILE* stream) {
    winsize size{};
    return ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
  }
#else
  static bool is_terminal(std::FILE*) { return false; }
  static std::size_t terminal_width(std::FILE*) { return 0; }
#endif
  static std::size_t width_of(std::FILE* stream) {
    if (const std::size_t columns = terminal_width(stream); columns > 0) return columns;
    const int columns = std::atoi(std::string(environment("COLUMNS")).c_str());
    return columns > 10 ? static_cast<std::size_t>(columns) : 80;
  }

  std::FILE* stream_;
  progress_options::form form_;
  double interval_;
  bool terminal_;
  progress_style style_;
  progress_state state_;
  clock::time_point begin_ = clock::now(), last_ = begin_;
  std::size_t last_batch_ = 0, drawn_ = 0;
  std::mutex mutex_;
};

} // namespace fluxpp::inline v0_1
