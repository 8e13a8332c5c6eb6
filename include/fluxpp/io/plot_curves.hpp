// SPDX-License-Identifier: MIT
#pragma once
// Learning curves as a picture: panels beside each other, each with axes, grid, legend and one line per series.

#include "fluxpp/io/axis.hpp"
#include "fluxpp/io/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// curve: a named series; value i belongs to epoch i + 1, values that are not finite leave a gap.
struct curve {
  std::string name{};
  std::vector<double> values{};
};

/// panel: curves over one pair of axes.
struct panel {
  std::string title{};
  std::vector<curve> curves{};
  bool logarithmic = false;
  std::string x_label = "epoch";
};

/// figure_size: of the whole picture in pixels, and of its text.
struct figure_size {
  double width = 1500, height = 620, text = 23;
};

/// curves_painter: paints one panel into a part of a canvas.
class curves_painter {
public:
  curves_painter(canvas& sheet, const panel& what, double x, double y, double width, double height, double text)
      : sheet_(sheet), panel_(what), text_(text), x_(x), y_(y), width_(width), height_(height) {
    std::size_t epochs = 1;
    finite_range range;
    for (const curve& c : what.curves) {
      epochs = std::max(epochs, c.values.size());
      range.add(c.values);
    }
    across_ = epoch_axis(epochs);
    up_ = value_axis(range.low, range.high, what.logarithmic);
    double labels = 0;
    for (const double t : up_.ticks) labels = std::max(labels, canvas::text_width(tick_label(t), {.size = text}));
    const double left = labels + 0.6 * text, top = 2.2 * text, bottom = 3.2 * text;
    x_ += left;
    y_ += top;
    width_ -= left;
    height_ -= top + bottom;
  }

  void paint() {
    paint_axes();
    paint_heading();
    for (std::size_t k = 0; k < panel_.curves.size(); ++k) paint_curve(panel_.curves[k], ink(k));
  }

private:
  static colour ink(std::size_t k) {
    constexpr colour inks[] = {colours::blue, colours::orange, colours::green, colours::purple, colours::red};
    return inks[k % std::size(inks)];
  }
  double at_x(double epoch) const { return x_ + across_.position(epoch) * width_; }
  double at_y(double value) const { return y_ + (1 - up_.position(value)) * height_; }

  void paint_axes() {
    for (const double t : up_.ticks) {
      sheet_.rectangle(x_, at_y(t) - 0.5, width_, 1, colours::faint);
      sheet_.text(x_ - 0.5 * text_, at_y(t), tick_label(t), {.size = text_, .align = 1, .ink = colours::grey});
    }
    for (const double t : across_.ticks) {
      sheet_.rectangle(at_x(t) - 1, y_ + height_, 2, 0.35 * text_, colours::line);
      sheet_.text(at_x(t), y_ + height_ + text_, tick_label(t), {.size = text_, .align = 0.5, .ink = colours::grey});
    }
    sheet_.rectangle(x_ - 2, y_, 2, height_ + 2, colours::line);
    sheet_.rectangle(x_ - 2, y_ + height_, width_ + 2, 2, colours::line);
    sheet_.text(x_ + width_ / 2, y_ + height_ + 2.35 * text_, panel_.x_label, {.size = text_, .align = 0.5});
  }

  /// Title and legend share the line above the axes, so that neither can cover data.
  void paint_heading() {
    const double y = y_ - 1.3 * text_;
    sheet_.text(x_, y, panel_.title, {.size = 1.15 * text_, .bold = true});
    double right = x_ + width_;
    for (std::size_t k = panel_.curves.size(); k-- > 0;) {
      const std::string& name = panel_.curves[k].name;
      sheet_.text(right, y, name, {.size = text_, .align = 1});
      right -= canvas::text_width(name, {.size = text_}) + 0.4 * text_;
      sheet_.line(right - 1.3 * text_, y, right - 3, y, 4, ink(k));
      sheet_.disc(right - 0.65 * text_ - 1.5, y, 5.5, ink(k));
      right -= 2.3 * text_;
    }
  }

  void paint_curve(const curve& c, colour ink) {
    const bool dots = across_.high <= 40;
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      if (!shown(c.values[i])) continue;
      const double x = at_x(static_cast<double>(i + 1)), y = at_y(c.values[i]);
      const bool joined = i > 0 && shown(c.values[i - 1]);
      if (joined) sheet_.line(at_x(static_cast<double>(i)), at_y(c.values[i - 1]), x, y, 3.5, ink);
      if (dots || !joined) sheet_.disc(x, y, 5, ink);
    }
  }
  bool shown(double value) const { return std::isfinite(value) && (!up_.logarithmic || value > 0); }

  canvas& sheet_;
  const panel& panel_;
  double text_, x_, y_, width_, height_;
  axis across_, up_;
};

/// plot_curves(path, panels, size): writes a PNG with one panel beside the other.
/// errors   value_error: no panel; file_error
inline void plot_curves(const std::string& path, std::span<const panel> panels, const figure_size& size = {}) {
  if (panels.empty()) throw value_error(call_on("plot_curves", path), "there must be a panel", "panels");
  canvas sheet(size.width, size.height);
  const double gap = 2 * size.text, n = static_cast<double>(panels.size());
  const double width = (size.width - gap * (n + 1)) / n;
  for (std::size_t k = 0; k < panels.size(); ++k)
    curves_painter(sheet, panels[k], gap + static_cast<double>(k) * (width + gap), 0.7 * size.text, width,
                   size.height - 1.1 * size.text, size.text)
        .paint();
  sheet.save(path);
}

} // namespace fluxpp::inline v0_1::io
