// SPDX-License-Identifier: MIT
// Pictures of a run: they are written, their marks stand where the data say, and impossible ones are refused.
#include "catch.hpp"
#include "folder.hpp"

#if __has_include(<CImg.h>) && __has_include(<png.h>)
#include "fluxpp/io/plot.hpp"

#include <cmath>
#include <filesystem>

namespace fx = fluxpp;
namespace io = fluxpp::io;

namespace {

using image = fx::nd_array<float, 3>;

bool is(const image& picture, std::size_t y, std::size_t x, io::colour c) {
  const float channels[] = {c.red / 255.0f, c.green / 255.0f, c.blue / 255.0f};
  for (std::size_t k = 0; k < 3; ++k)
    if (std::abs(picture(k, y, x) - channels[k]) > 0.002f) return false;
  return true;
}

std::size_t count(const image& picture, io::colour c) {
  std::size_t n = 0;
  for (std::size_t y = 0; y < picture.shape()[1]; ++y)
    for (std::size_t x = 0; x < picture.shape()[2]; ++x) n += is(picture, y, x, c);
  return n;
}

const std::vector<io::curve> curves{{"training", {2, 1, 0.5, std::nan(""), 0.1}},
                                    {"validation", {2, 1.2, 0.8, 0.7, 0.6}}};

} // namespace

TEST_CASE("a line covers its pixels, and nothing is drawn outside the sheet", "[io]") {
  io::canvas sheet(20, 10);
  sheet.line(2, 5, 17, 5, 4, io::colours::ink);
  sheet.line(-50, -50, -40, 90, 9, io::colours::red);
  sheet.disc(500, 5, 3, io::colours::red);
  sheet.rectangle(15, 8, 100, 100, io::colours::blue);
  const auto red = [&](unsigned x, unsigned y) { return sheet.image()(x, y, 0, 0); };
  CHECK(red(10, 4) == io::colours::ink.red);
  CHECK(red(10, 5) == io::colours::ink.red);
  CHECK(red(10, 1) == 255);
  CHECK(red(19, 9) == io::colours::blue.red);
}

TEST_CASE("curves are drawn in their colours, side by side", "[io]") {
  const folder here;
  const std::vector<io::panel> panels{{.title = "loss", .curves = curves, .logarithmic = true},
                                      {.title = "accuracy", .curves = curves}};
  io::plot_curves(here / "f.png", panels, {.width = 900, .height = 400, .text = 16});
  const image picture = io::read_image(here / "f.png");
  CHECK(picture.shape()[1] == 400);
  CHECK(picture.shape()[2] == 900);
  CHECK(count(picture, io::colours::blue) > 200);
  CHECK(count(picture, io::colours::orange) > 200);
}

TEST_CASE("curves without a number, or of one epoch, are pictures too", "[io]") {
  const folder here;
  io::plot_curves(here / "f.png", std::vector<io::panel>{{.title = "empty"}});
  io::plot_curves(here / "f.png", std::vector<io::panel>{{.curves = {{"a", {std::nan("")}}}, .logarithmic = true}});
  io::plot_curves(here / "f.png", std::vector<io::panel>{{.curves = {{"a", {0.5}}}}});
  CHECK(count(io::read_image(here / "f.png"), io::colours::blue) > 40);
  CHECK_THROWS_AS(io::plot_curves(here / "g.png", {}), fx::value_error);
  CHECK_THROWS_AS(io::plot_curves(here / "missing/g.png", std::vector<io::panel>{{}}), fx::file_error);
}

TEST_CASE("only wrong answers are framed in red", "[io]") {
  const folder here;
  std::vector<io::tile> tiles(3, {.pixels = std::vector<float>(64, 0.5f), .predicted = "1", .truth = "1"});
  io::plot_grid(here / "f.png", tiles, {.columns = 2, .title = "digits"});
  CHECK(count(io::read_image(here / "f.png"), io::colours::red) == 0);
  tiles[1].truth = "7";
  io::plot_grid(here / "f.png", tiles, {.columns = 2});
  CHECK(count(io::read_image(here / "f.png"), io::colours::red) > 4 * 5 * 8 * 13);
  tiles[2].pixels.pop_back();
  CHECK_THROWS_AS(io::plot_grid(here / "g.png", tiles), fx::shape_error);
  CHECK_THROWS_AS(io::plot_grid(here / "g.png", {}), fx::value_error);
  CHECK(!std::filesystem::exists(here / "g.png"));
}

TEST_CASE("a confusion matrix shades what was counted", "[io]") {
  const folder here;
  const std::vector<std::uint64_t> counts{40, 0, 0, 0, 40, 0, 0, 0, 40};
  io::plot_confusion(here / "f.png", counts, {.title = "three classes", .classes = {"cat", "dog", "elephant"}});
  const image picture = io::read_image(here / "f.png");
  CHECK(count(picture, io::mix(io::colours::white, io::colours::blue, 0.92)) > 3 * 60 * 50);
  CHECK(count(picture, io::mix(io::colours::white, io::colours::red, 0.92)) == 0);
  CHECK_THROWS_AS(io::plot_confusion(here / "g.png", std::vector<std::uint64_t>(8)), fx::shape_error);
  CHECK_THROWS_AS(io::plot_confusion(here / "g.png", {}), fx::shape_error);
  CHECK_THROWS_AS(io::plot_confusion(here / "g.png", counts, {.classes = {"cat"}}), fx::shape_error);
}

TEST_CASE("counts that do not fit and classes without observations are drawn", "[io]") {
  const folder here;
  const std::vector<std::uint64_t> counts{0, 0, 18'000'000'000'000'000'000u, 3};
  io::plot_confusion(here / "f.png", counts, {.cell = 40});
  CHECK(std::filesystem::exists(here / "f.png"));
}
#endif
