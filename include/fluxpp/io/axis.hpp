// SPDX-License-Identifier: MIT
#pragma once
// Axes of figures: the range that values need, and ticks at round numbers.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// round_step(range, most): the smallest of 1, 2, 5 times a power of ten that divides range into at most `most` steps.
inline double round_step(double range, int most) {
  const double power = std::pow(10.0, std::floor(std::log10(range / most)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power * most >= range * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/// axis: a range of numbers mapped to [0, 1], and its ticks; logarithmic if asked for and all numbers are positive.
struct axis {
  double low = 0, high = 1;
  bool logarithmic = false;
  std::vector<double> ticks;

  double position(double value) const {
    if (logarithmic) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }

  /// Ticks at equal steps.
  void add_steps() {
    const double step = round_step(high - low, 6);
    ticks.clear();
    for (double i = std::ceil(low / step); i * step <= high; ++i) ticks.push_back(i * step);
  }

  /// Ticks at powers of ten, and at 2 and 5 times them where there are few.
  void add_decades() {
    const bool few = std::log10(high / low) < 3;
    for (double power = std::pow(10.0, std::floor(std::log10(low))); power < high; power *= 10)
      for (const double factor : {1.0, 2.0, 5.0})
        if ((few || factor == 1) && factor * power >= low && factor * power <= high) ticks.push_back(factor * power);
  }
};

/// tick_label(v): `0.05`, `20`, `1e-05`.
inline std::string tick_label(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value + 0.0); // -0 becomes 0
  return text;
}

/// value_axis(low, high, logarithmic): an axis of numbers, a little wider than they are.
inline axis value_axis(double low, double high, bool logarithmic = false) {
  axis a;
  if (!(low <= high)) low = 0, high = 1; // nothing finite to show
  a.logarithmic = logarithmic && low > 0;
  if (a.logarithmic) {
    a.low = low / std::pow(high / low, 0.04) * (low == high ? 0.5 : 1);
    a.high = high * std::pow(high / low, 0.04) * (low == high ? 2 : 1);
    a.add_decades();
    if (a.ticks.size() < 3) a.add_steps();
    return a;
  }
  const double margin = low == high ? std::max(std::abs(low) * 0.1, 1e-6) : (high - low) * 0.04;
  a.low = low >= 0 ? std::max(0.0, low - margin) : low - margin;
  a.high = high + margin;
  a.add_steps();
  return a;
}

/// epoch_axis(n): whole numbers 1 .. n, with the first and round ones as ticks.
inline axis epoch_axis(std::size_t n) {
  axis a;
  const auto last = static_cast<double>(n);
  a.low = n > 1 ? 1 : 0.5;
  a.high = n > 1 ? last : 1.5;
  const double step = n > 1 ? std::max(1.0, round_step(last - 1, 8)) : 1;
  if (step > 1) a.ticks.push_back(1);
  for (double t = step; t <= last; t += step) a.ticks.push_back(t);
  return a;
}

/// finite_range: the smallest and the largest finite number of what is added; low > high before the first one.
struct finite_range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(std::span<const double> values) {
    for (const double v : values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
};

} // namespace fluxpp::inline v0_1::io
