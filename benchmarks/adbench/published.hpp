// SPDX-License-Identifier: MIT
#pragma once
// Verification values of the instances of ADBench: from long double, to 15 digits.
#include "../checksums.hpp"

#include <string_view>

namespace adbench {

/// published: value, gradient, and its first element, of a scalar objective.
struct published {
  std::string_view instance;
  double value;
  bench::checksums gradient;
  double first;
};
inline constexpr published published_values[] = {
    {"gmm test", 8.0738040800497, {12.4734682305381, 44.7513831714168, 58.5819889001046}, 0.108662855508652},
    {"gmm d2 K5", -5240.5905625496, {-1001.22833317782, 1631211.39606113, -2949.51010548856}, 167.215275110001},
    {"gmm d10 K25", -25649.652621198, {-17695.9952351957, 7088366.31227034, -73170.5286285056}, 48.3466834161106},
    {"lstm l2 c1024",
     0.666665179558853,
     {-0.038195000973341, 0.00897592910599271, 0.0963173376225949},
     3.14387024996104e-06},
};

/// How far a value and a gradient are from what is published of an instance; 0 where nothing is.
template <class Array> double deviation(std::string_view instance, double value, const Array& g) {
  double worst = 0;
  for (const published& p : published_values)
    if (p.instance == instance)
      worst =
          std::max(bench::apart(bench::checksums_of(g), p.gradient), bench::apart({{value, p.value}, {g[0], p.first}}));
  return worst;
}

} // namespace adbench
