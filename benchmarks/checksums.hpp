// SPDX-License-Identifier: MIT
#pragma once
// Sums by which long arrays are published.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <utility>

namespace bench {

/// apart(a, b): |a - b| over the larger of |a| + |b| and 1; infinite when one of them is not a number.
inline double apart(double a, double b) {
  const double d = a == b ? 0 : std::abs(a - b) / std::max(1.0, std::abs(a) + std::abs(b));
  return d >= 0 ? d : std::numeric_limits<double>::infinity();
}
/// The pair that is furthest apart.
inline double apart(std::initializer_list<std::pair<double, double>> pairs) {
  double worst = 0;
  for (const auto& [a, b] : pairs) worst = std::max(worst, apart(a, b));
  return worst;
}

/// checksums: of an array x the sums of x[k], of its square, and of x[k] (1 + k mod 7).
struct checksums {
  double sum = 0, squares = 0, weighted = 0;
};
template <class Array> checksums checksums_of(const Array& x) {
  checksums s;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto v = static_cast<double>(x[k]);
    s.sum += v, s.squares += v * v, s.weighted += v * (1 + static_cast<double>(k % 7));
  }
  return s;
}
inline double apart(const checksums& a, const checksums& b) {
  return apart({{a.sum, b.sum}, {a.squares, b.squares}, {a.weighted, b.weighted}});
}

} // namespace bench
