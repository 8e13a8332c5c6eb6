// SPDX-License-Identifier: MIT
#pragma once
// Bundle adjustment as a user writes it: the error of one observation, and of all of them.
#include <fluxpp/fluxpp.hpp>

#include <array>

namespace adbench {
namespace fx = fluxpp;

/// y turned by the vector r. Of the half angle, so that small angles lose no digits, with a series where they vanish.
constexpr auto turned = [](auto r, auto y) {
  const auto square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
  const auto tiny = square < 1e-8;
  const auto angle = fx::sqrt(fx::select(tiny, 1.0, square));
  const auto s = fx::sin(0.5 * angle), c = fx::cos(0.5 * angle), inverse = 1.0 / angle;
  const auto a = fx::select(tiny, 1.0 - square * (1 / 6.0), 2.0 * s * c * inverse);          // sin(t) / t
  const auto b = fx::select(tiny, 0.5 - square * (1 / 24.0), 2.0 * fx::square(s * inverse)); // (1 - cos t) / t^2
  const auto cosine = 1.0 - b * square, along = b * (r[0] * y(0) + r[1] * y(1) + r[2] * y(2));
  const auto of = [&](int i) {
    return y(i) * cosine + a * (r[(i + 1) % 3] * y((i + 2) % 3) - r[(i + 2) % 3] * y((i + 1) % 3)) + r[i] * along;
  };
  return std::array{of(0), of(1), of(2)};
};

/// The weighted error of an observation: where the camera sees the point, less the feature.
constexpr auto observation_error = [](auto camera, auto point, auto w, auto feature) {
  const auto z = turned(camera, [&](int i) { return point[i] - camera[3 + i]; });
  const auto inverse = 1.0 / z[2], x = z[0] * inverse, y = z[1] * inverse, squared = x * x + y * y;
  const auto focal = camera[6] * (1.0 + squared * (camera[9] + camera[10] * squared));
  return std::array{w * (focal * x + camera[7] - feature[0]), w * (focal * y + camera[8] - feature[1])};
};
constexpr auto weight_error = [](auto w) { return 1.0 - w * w; };

/// cameras [n, 11], points [m, 3], w [p], features [p, 2], camera [p], point [p] -> [3 p].
constexpr auto ba_errors = fx::function<"cameras", "points", "w", "features", "camera", "point">(
    [](auto cameras, auto points, auto w, auto features, auto camera, auto point) {
      const auto e = fx::map_instances(observation_error, fx::rows<11>(cameras, camera), fx::rows<3>(points, point), w,
                                       fx::rows<2>(features));
      return fx::concat(fx::reshape(e, {-1}), fx::map_instances(weight_error, w), 0);
    });

} // namespace adbench
