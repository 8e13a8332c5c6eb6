// SPDX-License-Identifier: MIT
#pragma once
// A confusion matrix as a picture: counts, shaded by their share of the row.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/io/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// confusion_style: `classes` names rows and columns; without names they are 0, 1, 2, ...
struct confusion_style {
  std::string title{};
  std::vector<std::string> classes{};
  double cell = 64, text = 23;
};

/// confusion_painter: paints counts[truth * n + predicted].
class confusion_painter {
public:
  confusion_painter(std::span<const std::uint64_t> counts, std::size_t n, const confusion_style& style)
      : counts_(counts), n_(n), style_(style) {
    for (std::size_t c = 0; c < n; ++c) labels_ = std::max(labels_, canvas::text_width(name(c), {.size = style.text}));
    left_ = 2.6 * style.text + labels_;
    top_ = (style.title.empty() ? 1 : 3) * style.text;
    side_ = style.cell * static_cast<double>(n);
  }

  void paint(const std::string& path) {
    const double t = style_.text;
    const bool upright = labels_ > 0.9 * style_.cell;
    const double below = upright ? labels_ : t;
    canvas sheet(left_ + side_ + 1.2 * t, top_ + side_ + below + 2.6 * t);
    sheet.text(left_, 1.5 * t, style_.title, {.size = 1.15 * t, .bold = true});
    for (std::size_t truth = 0; truth < n_; ++truth) paint_row(sheet, truth);
    sheet.frame(left_ - 1, top_ - 1, side_ + 2, side_ + 2, 1, colours::line);
    for (std::size_t c = 0; c < n_; ++c) {
      const double middle = (static_cast<double>(c) + 0.5) * style_.cell;
      sheet.text(left_ - 0.6 * t, top_ + middle, name(c), {.size = t, .align = 1, .ink = colours::grey});
      sheet.text(left_ + middle, top_ + side_ + (upright ? 0.6 : 0.9) * t, name(c),
                 {.size = t, .align = upright ? 1 : 0.5, .ink = colours::grey, .upwards = upright});
    }
    sheet.text(left_ + side_ / 2, top_ + side_ + below + 1.5 * t, "predicted", {.size = t, .align = 0.5});
    sheet.text(0.9 * t, top_ + side_ / 2, "true", {.size = t, .align = 0.5, .upwards = true});
    sheet.save(path);
  }

private:
  std::string name(std::size_t c) const { return style_.classes.empty() ? std::to_string(c) : style_.classes[c]; }

  void paint_row(canvas& sheet, std::size_t truth) const {
    const std::span<const std::uint64_t> row = counts_.subspan(truth * n_, n_);
    double total = 0;
    for (const std::uint64_t count : row) total += static_cast<double>(count);
    for (std::size_t c = 0; c < n_; ++c) {
      const double x = left_ + static_cast<double>(c) * style_.cell,
                   y = top_ + static_cast<double>(truth) * style_.cell;
      const double share = total > 0 ? static_cast<double>(row[c]) / total : 0;
      const colour deep = c == truth ? colours::blue : colours::red;
      // The square root lifts the few mistakes of a good classifier out of the white.
      sheet.rectangle(x, y, style_.cell, style_.cell, mix(colours::white, deep, 0.92 * std::sqrt(share)));
      sheet.frame(x, y, style_.cell, style_.cell, 1, colours::faint);
      paint_count(sheet, row[c], share, x + style_.cell / 2, y + style_.cell / 2);
    }
  }

  void paint_count(canvas& sheet, std::uint64_t count, double share, double x, double y) const {
    const std::string digits = std::to_string(count);
    const double room = 0.86 * style_.cell, wide = canvas::text_width(digits, {.size = style_.text});
    const double size = std::min(style_.text, style_.text * room / wide);
    if (size < 11) return; // unreadable
    const colour ink = share > 0.3 ? colours::white : count == 0 ? colours::line : colours::ink;
    sheet.text(x, y, digits, {.size = size, .align = 0.5, .ink = ink});
  }

  std::span<const std::uint64_t> counts_;
  std::size_t n_;
  const confusion_style& style_;
  double labels_ = 0, left_ = 0, top_ = 0, side_ = 0;
};

/// plot_confusion(path, counts, style): writes a PNG of the matrix counts[truth * n + predicted], n x n.
/// errors   shape_error: counts are not square, or names are not one per class; file_error
inline void plot_confusion(const std::string& path, std::span<const std::uint64_t> counts,
                           const confusion_style& style = {}) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(counts.size()))));
  const std::string call = call_on("plot_confusion", path);
  if (n == 0 || n * n != counts.size())
    throw shape_error(call, "counts must be a square matrix, not " + std::to_string(counts.size()) + " numbers",
                      "counts");
  if (!style.classes.empty() && style.classes.size() != n)
    throw shape_error(call, "there must be one name for each of the " + std::to_string(n) + " classes", "classes", 0,
                      static_cast<std::int64_t>(n), static_cast<std::int64_t>(style.classes.size()));
  confusion_painter(counts, n, style).paint(path);
}

} // namespace fluxpp::inline v0_1::io
