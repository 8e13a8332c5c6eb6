// SPDX-License-Identifier: MIT
#pragma once
// A sheet of RGB pixels to draw figures on: smooth lines and discs, rectangles, and text in any size.
// units: pixels from the upper left corner of the sheet; x to the right, y downwards

#include "fluxpp/io/image.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace fluxpp::inline v0_1::io {

struct colour {
  unsigned char red = 0, green = 0, blue = 0;
};

namespace colours {
inline constexpr colour white{255, 255, 255}, ink{38, 42, 51}, grey{112, 118, 130}, line{168, 174, 186};
inline constexpr colour faint{228, 231, 237}, blue{36, 105, 189}, orange{226, 110, 24}, red{207, 34, 46};
inline constexpr colour green{33, 136, 87}, purple{124, 77, 178};
} // namespace colours

/// mix(a, b, t): from a at t = 0 to b at t = 1.
inline colour mix(colour a, colour b, double t) {
  const auto channel = [t](unsigned char from, unsigned char to) {
    return static_cast<unsigned char>(std::lround(from + t * (to - from)));
  };
  return {channel(a.red, b.red), channel(a.green, b.green), channel(a.blue, b.blue)};
}

/// text_style: `align` is the part of the text's width that lies left of its point, 0 to 1; the height is centred.
struct text_style {
  double size = 22, align = 0;
  colour ink = colours::ink;
  bool bold = false, upwards = false;
};

/// canvas(width, height): a white sheet.
class canvas {
public:
  canvas(double width, double height)
      : image_(static_cast<unsigned>(std::ceil(width)), static_cast<unsigned>(std::ceil(height)), 1, 3, 255) {}

  double width() const { return image_.width(); }
  double height() const { return image_.height(); }
  const byte_image& image() const { return image_; }
  void save(const std::string& path) const { write_png(path, image_); }

  /// rectangle(x, y, w, h, ink): a filled rectangle, its borders rounded to whole pixels.
  void rectangle(double x, double y, double w, double h, colour ink) {
    const auto pixel = [](double v) { return static_cast<int>(std::lround(v)); };
    for (int j = pixel(y); j < pixel(y + h); ++j)
      for (int i = pixel(x); i < pixel(x + w); ++i) blend(i, j, ink, 1);
  }

  /// frame(x, y, w, h, thickness, ink): the border of a rectangle, drawn inside it.
  void frame(double x, double y, double w, double h, double thickness, colour ink) {
    rectangle(x, y, w, thickness, ink);
    rectangle(x, y + h - thickness, w, thickness, ink);
    rectangle(x, y, thickness, h, ink);
    rectangle(x + w - thickness, y, thickness, h, ink);
  }

  /// line(x0, y0, x1, y1, thickness, ink): a line with round ends; each pixel takes the share that the line covers.
  void line(double x0, double y0, double x1, double y1, double thickness, colour ink) {
    const double dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy, reach = thickness / 2 + 1;
    const auto distance = [&](double x, double y) {
      const double along = length > 0 ? std::clamp(((x - x0) * dx + (y - y0) * dy) / length, 0.0, 1.0) : 0.0;
      return std::hypot(x - x0 - along * dx, y - y0 - along * dy);
    };
    const int right = static_cast<int>(std::max(x0, x1) + reach), bottom = static_cast<int>(std::max(y0, y1) + reach);
    for (int j = static_cast<int>(std::min(y0, y1) - reach); j <= bottom; ++j)
      for (int i = static_cast<int>(std::min(x0, x1) - reach); i <= right; ++i)
        blend(i, j, ink, thickness / 2 + 0.5 - distance(i + 0.5, j + 0.5));
  }

  void disc(double x, double y, double radius, colour ink) { line(x, y, x, y, 2 * radius, ink); }

  /// text(x, y, words, style): Latin-1 text, one line.
  void text(double x, double y, const std::string& words, const text_style& style = {}) {
    const byte_image mask = drawn(words, style);
    const int w = mask.width(), h = mask.height(), bold = style.bold ? 1 : 0;
    const int left = static_cast<int>(std::lround(-style.align * w)), top = -h / 2;
    const int x0 = static_cast<int>(std::lround(x)), y0 = static_cast<int>(std::lround(y));
    for (int j = 0; j < h; ++j)
      for (int i = 0; i < w + bold; ++i) {
        const int here = i < w ? mask(static_cast<unsigned>(i), static_cast<unsigned>(j)) : 0;
        const int before = bold && i > 0 ? mask(static_cast<unsigned>(i - 1), static_cast<unsigned>(j)) : 0;
        const double share = std::max(here, before) / 255.0;
        if (style.upwards) blend(x0 + top + j, y0 - left - i, style.ink, share);
        else blend(x0 + left + i, y0 + top + j, style.ink, share);
      }
  }

  static double text_width(const std::string& words, const text_style& style = {}) {
    return words.empty() ? 0 : drawn(words, style).width();
  }

private:
  static byte_image drawn(const std::string& words, const text_style& style) {
    const unsigned char white = 255;
    byte_image mask;
    mask.draw_text(0, 0, "%s", &white, 0, 1, static_cast<unsigned>(style.size), words.c_str());
    return mask;
  }

  void blend(int x, int y, colour ink, double share) {
    if (share <= 0 || x < 0 || y < 0 || x >= image_.width() || y >= image_.height()) return;
    const unsigned char to[] = {ink.red, ink.green, ink.blue};
    for (unsigned c = 0; c < 3; ++c) {
      unsigned char& sample = image_(static_cast<unsigned>(x), static_cast<unsigned>(y), 0, c);
      sample = static_cast<unsigned char>(std::lround(sample + std::min(share, 1.0) * (to[c] - sample)));
    }
  }

  byte_image image_;
};

} // namespace fluxpp::inline v0_1::io
