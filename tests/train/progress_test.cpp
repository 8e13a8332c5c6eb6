// SPDX-License-Identifier: MIT
// The progress display: golden lines, and what reaches a stream that is no terminal.
#include "catch.hpp"

#include "fluxpp/train/progress.hpp"

#include <array>
#include <stdexcept>
#include <thread>

namespace fx = fluxpp;
namespace text = fluxpp::progress_text;
using form = fx::progress_options::form;

namespace {

constexpr std::array<fx::named_value, 2> metrics{{{"loss", 0.12341}, {"accuracy", 0.961}}};

/// What `use` writes to a stream.
template <class Use> std::string written(Use&& use) {
  std::FILE* stream = std::tmpfile();
  REQUIRE(stream != nullptr);
  use(stream);
  std::string all(static_cast<std::size_t>(std::ftell(stream)), '\0');
  std::rewind(stream);
  REQUIRE(std::fread(all.data(), 1, all.size(), stream) == all.size());
  std::fclose(stream);
  return all;
}

} // namespace

TEST_CASE("durations are short", "[train]") {
  CHECK(text::duration(-1) == "?");
  CHECK(text::duration(0) == "0.0s");
  CHECK(text::duration(9.94) == "9.9s");
  CHECK(text::duration(9.96) == "10s");
  CHECK(text::duration(59.4) == "59s");
  CHECK(text::duration(59.6) == "1:00");
  CHECK(text::duration(3599) == "59:59");
  CHECK(text::duration(3600 + 62) == "1:01:02");
}

TEST_CASE("values keep four digits, small and large ones as powers", "[train]") {
  CHECK(text::values(metrics) == "  loss 0.1234  accuracy 0.9610");
  CHECK(text::values(std::array<fx::named_value, 3>{{{"lr", 2e-5}, {"x", 123456.0}, {"z", 0.0}}}) ==
        "  lr 2.00e-05  x 1.23e+05  z 0.0000");
}

TEST_CASE("a line shows epoch, bar, batch, times, speed and values", "[train]") {
  const fx::progress_state state{3, 20, 450, 900, 12, 12.4, 37.2};
  const auto line = [&](std::size_t width) { return fx::progress_line(state, metrics, {.width = width}); };
  CHECK(line(120) == "epoch  3/20 [==============>               ] 450/900  12s<12s  37.2 it/s  loss 0.1234  "
                     "accuracy 0.9610");
  CHECK(line(85) == "epoch  3/20 [=====>       ] 450/900  12s<12s  37.2 it/s  loss 0.1234  accuracy 0.9610");
  CHECK(line(79) == "epoch  3/20 [========>         ] 450/900  12s<12s  loss 0.1234  accuracy 0.9610");
  CHECK(line(68) == "epoch  3/20 450/900  12s<12s  loss 0.1234  accuracy 0.9610");
  CHECK(line(30) == "epoch  3/20 450/900  12s<12s  ");
}

TEST_CASE("a bar is empty at 0, full at 1, and fills by eighths where blocks are allowed", "[train]") {
  CHECK(text::bar(0, 4, {}) == "[    ]");
  CHECK(text::bar(0.5, 4, {}) == "[=>  ]");
  CHECK(text::bar(1, 4, {}) == "[====]");
  CHECK(text::bar(0.625, 4, {.blocks = true}) == "[██▌ ]");
  CHECK(text::bar(1, 2, {.blocks = true, .colour = true}) == "[\033[32m██\033[0m]");
}

TEST_CASE("where there is no terminal an epoch is one line", "[train]") {
  const std::string all = written([](std::FILE* stream) {
    fx::progress_bar bar(12, {.stream = stream});
    for (std::size_t epoch = 9; epoch <= 10; ++epoch) {
      bar.begin_epoch(epoch, 3);
      for (int i = 0; i < 3; ++i) bar.step(metrics);
      bar.end_epoch(metrics);
    }
  });
  CHECK(all == "epoch  9/12  0.0s  loss 0.1234  accuracy 0.9610\nepoch 10/12  0.0s  loss 0.1234  accuracy 0.9610\n");
}

TEST_CASE("a bar redraws its line and ends it with the epoch", "[train]") {
  const std::string all = written([](std::FILE* stream) {
    fx::progress_bar bar(1, {.stream = stream, .shown = form::bar, .interval = 0});
    bar.begin_epoch(1, 2);
    bar.step(metrics);
    bar.step(metrics);
    bar.message("halved the learning rate");
    bar.end_epoch(metrics);
  });
  CHECK_THAT(all, contains("epoch 1/1 "));
  CHECK_THAT(all, contains(" 1/2 "));
  CHECK_THAT(all, contains("\repoch 1/1 "));
  CHECK_THAT(all, contains("\rhalved the learning rate "));
  CHECK_THAT(all, contains(" \nepoch 1/1  0.0s  loss 0.1234  accuracy 0.9610\n"));
}

TEST_CASE("a silent bar writes nothing, and an exception leaves whole lines", "[train]") {
  CHECK(written([](std::FILE* stream) {
          fx::progress_bar bar(1, {.stream = stream, .shown = form::silent});
          bar.begin_epoch(1, 1);
          bar.step(metrics);
          bar.end_epoch(metrics);
        }).empty());
  const std::string all = written([](std::FILE* stream) {
    try {
      fx::progress_bar bar(1, {.stream = stream, .shown = form::bar, .interval = 0});
      bar.begin_epoch(1, 2);
      bar.step(metrics);
      throw std::runtime_error("stop");
    } catch (const std::runtime_error&) {}
  });
  CHECK(all.back() == '\n');
}

TEST_CASE("messages may come from other threads", "[train]") {
  const std::string all = written([](std::FILE* stream) {
    fx::progress_bar bar(1, {.stream = stream, .shown = form::bar, .interval = 0});
    bar.begin_epoch(1, 100);
    std::thread other([&] {
      for (int i = 0; i < 50; ++i) bar.message("note");
    });
    for (int i = 0; i < 100; ++i) bar.step(metrics);
    other.join();
    bar.end_epoch(metrics);
  });
  std::size_t notes = 0;
  for (std::size_t at = all.find("note"); at != all.npos; at = all.find("note", at + 1)) ++notes;
  CHECK(notes == 50);
}
