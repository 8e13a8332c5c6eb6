// SPDX-License-Identifier: MIT
#pragma once
// Classified images as a picture: a grid of tiles with the answer below each, wrong ones framed, with the truth beside.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/io/canvas.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// tile: a grey image, 0 is paper and 1 is ink, row by row; what it was taken for and what it is.
struct tile {
  std::vector<float> pixels{};
  std::string predicted{}, truth{};
};

/// grid_style: `width` x `height` are the extents of the images in pixels, each drawn as `scale` x `scale` dots.
struct grid_style {
  std::size_t width = 8, height = 8, columns = 10;
  double scale = 13, text = 23;
  std::string title{};
};

/// paint_tile(sheet, t, x, y, style): one image at (x, y) and its caption.
inline void paint_tile(canvas& sheet, const tile& t, double x, double y, const grid_style& style) {
  const double w = static_cast<double>(style.width) * style.scale, h = static_cast<double>(style.height) * style.scale;
  const bool right = t.predicted == t.truth;
  for (std::size_t j = 0; j < style.height; ++j)
    for (std::size_t i = 0; i < style.width; ++i) {
      const double ink = std::clamp(static_cast<double>(t.pixels[j * style.width + i]), 0.0, 1.0);
      sheet.rectangle(x + static_cast<double>(i) * style.scale, y + static_cast<double>(j) * style.scale, style.scale,
                      style.scale, mix({244, 245, 248}, colours::ink, ink));
    }
  const double border = right ? 1 : 5;
  sheet.frame(x - border, y - border, w + 2 * border, h + 2 * border, border, right ? colours::faint : colours::red);
  const std::string caption = right ? t.predicted : t.predicted + " (true " + t.truth + ')';
  const double room = w + 0.8 * style.text, wide = canvas::text_width(caption, {.size = style.text});
  sheet.text(x + w / 2, y + h + 0.95 * style.text, caption,
             {.size = std::min(style.text, style.text * room / wide),
              .align = 0.5,
              .ink = right ? colours::grey : colours::red});
}

/// plot_grid(path, tiles, style): writes a PNG of all tiles, row by row.
/// errors   shape_error: a tile of another size; value_error: no tile or no column; file_error
inline void plot_grid(const std::string& path, std::span<const tile> tiles, const grid_style& style = {}) {
  const std::string call = call_on("plot_grid", path);
  const std::size_t area = style.width * style.height;
  if (tiles.empty() || style.columns == 0 || area == 0)
    throw value_error(call, "there must be tiles, columns and pixels", "tiles");
  for (const tile& t : tiles)
    if (t.pixels.size() != area)
      throw shape_error(call,
                        "a tile must have " + std::to_string(area) + " pixels, not " + std::to_string(t.pixels.size()),
                        "tiles", 0, static_cast<std::int64_t>(area), static_cast<std::int64_t>(t.pixels.size()));
  const std::size_t columns = std::min(style.columns, tiles.size()), rows = (tiles.size() + columns - 1) / columns;
  const double gap = 1.1 * style.text, top = style.title.empty() ? gap : 3 * style.text;
  const double dx = static_cast<double>(style.width) * style.scale + gap;
  const double dy = static_cast<double>(style.height) * style.scale + 2.3 * style.text;
  canvas sheet(gap + static_cast<double>(columns) * dx, top + static_cast<double>(rows) * dy + 0.3 * style.text);
  sheet.text(gap, 1.5 * style.text, style.title, {.size = 1.15 * style.text, .bold = true});
  for (std::size_t k = 0; k < tiles.size(); ++k)
    paint_tile(sheet, tiles[k], gap + static_cast<double>(k % columns) * dx,
               top + static_cast<double>(k / columns) * dy, style);
  sheet.save(path);
}

} // namespace fluxpp::inline v0_1::io
