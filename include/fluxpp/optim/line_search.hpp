// SPDX-License-Identifier: MIT
#pragma once
// line_search: a step along a direction of descent that satisfies the strong Wolfe conditions.

#include <cmath>
#include <vector>

namespace fluxpp::inline v0_1::optim {

/// trial: a function and its gradient at a step t along a direction.
struct trial {
  double t = 0, value = 0, slope = 0;
  std::vector<double> x{}, gradient{};
};

/// The minimum of the cubic through two trials with their slopes; the middle where that is near an end or no number.
/// source   Nocedal & Wright 2006, Numerical Optimization, equation 3.59
inline double cubic_minimum(const trial& a, const trial& b) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double d2 = std::copysign(std::sqrt(d1 * d1 - a.slope * b.slope), b.t - a.t);
  const double t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  const double part = (t - a.t) / (b.t - a.t);
  return part >= 0.1 && part <= 0.9 ? t : 0.5 * (a.t + b.t);
}

/// line_search(at, start, t): the trial at(t) that falls enough and is flat enough, from a first step t. One with t = 0 says that
/// there is none. A value that is not finite is one that rises.
/// source   Nocedal & Wright 2006, Numerical Optimization, algorithms 3.5 and 3.6
template <class At> class line_search {
public:
  line_search(At& at, const trial& start) : at_(at), start_(start) {}

  trial from(double t) {
    trial before = start_;
    for (int i = 0; i < most_trials; ++i, t *= 2) {
      trial now = at_(t);
      if (rises(now) || (i > 0 && now.value >= before.value)) return between(before, now);
      if (flat(now)) return now;
      if (now.slope >= 0) return between(now, before);
      before = std::move(now);
    }
    return before;
  }

private:
  static constexpr int most_trials = 30;
  static constexpr double sufficient = 1e-4, curvature = 0.9;

  bool rises(const trial& p) const { return !(p.value <= start_.value + sufficient * p.t * start_.slope); }
  bool flat(const trial& p) const { return std::abs(p.slope) <= -curvature * start_.slope; }
  /// low falls enough, and a trial that does both lies between it and high.
  trial between(trial low, trial high) {
    for (int i = 0; i < most_trials; ++i) {
      trial now = at_(cubic_minimum(low, high));
      if (rises(now) || now.value >= low.value) {
        high = std::move(now);
        continue;
      }
      if (flat(now)) return now;
      if (now.slope * (high.t - low.t) >= 0) high = std::move(low);
      low = std::move(now);
    }
    return low;
  }

  At& at_;
  const trial& start_;
};

} // namespace fluxpp::inline v0_1::optim
