// SPDX-License-Identifier: MIT
#pragma once
// BA: bundle adjustment, errors of where cameras see points. Its instances, and errors and sparse Jacobian by plain loops.
// source   microsoft/ADBench 38cb793, docs/FileFormat.md; rotations by Rodrigues' formula
#include "number_file.hpp"

#include <fluxpp/autodiff/sparsity.hpp>

#include <array>
#include <cmath>

namespace adbench {

/// ba: observation i, of weight w[i], finds point point[i] at feature i of camera[i]. A camera is a rotation vector, its
/// centre, focal length, principal point (2) and radial distortion (2).
struct ba {
  static constexpr std::size_t of_camera = 11, of_point = 3, of_feature = 2, row = of_camera + of_point + 1;
  std::size_t n, m, p;
  std::vector<double> cameras, points, w, features;
  std::vector<int> camera{}, point{};

  std::size_t rows() const { return 3 * p; }
  std::size_t entries() const { return (2 * row + 1) * p; }
};

/// The file holds one camera, point, weight and feature; all others are copies.
inline ba read_ba(const std::string& path) {
  number_file file(path);
  const std::size_t n = file.size("n", 1'000'000), m = file.size("m", 20'000'000), p = file.size("p", 60'000'000);
  const auto copies = [&](std::string_view entry, std::size_t count, std::size_t width) {
    const std::vector<double> one = file.reals(entry, width);
    std::vector<double> all(count * width);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = one[i % width];
    return all;
  };
  ba b{n, m, p, {}, {}, {}, {}};
  b.cameras = copies("camera", n, ba::of_camera), b.points = copies("point", m, ba::of_point);
  b.w = copies("weight", p, 1), b.features = copies("feature", p, ba::of_feature);
  file.finish();
  for (std::size_t i = 0; i < p; ++i)
    b.camera.push_back(static_cast<int>(i % n)), b.point.push_back(static_cast<int>(i % m));
  return b;
}

/// The same with numbers that differ, and one camera that is not turned.
inline ba perturbed(ba b) {
  const auto move = [](std::vector<double>& x, std::size_t width, double a, double c, double d) {
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] *= 1 + 0.01 * std::sin(a * static_cast<double>(i / width) + c * static_cast<double>(i % width) + d);
  };
  move(b.cameras, ba::of_camera, 1.7, 0.9, 0), move(b.points, ba::of_point, 1.3, 0.7, 1);
  move(b.w, 1, 1.1, 0, 2), move(b.features, ba::of_feature, 0.6, 0.5, 3);
  if (b.n > 1) std::fill_n(b.cameras.begin() + ba::of_camera, 3, 0.0);
  return b;
}

/// ADBench's pattern: 15 entries in both rows of an observation, two of them always 0, then one for each weight.
inline fluxpp::sparsity pattern(const ba& b) {
  fluxpp::sparsity s;
  s.columns = ba::of_camera * b.n + ba::of_point * b.m + b.p;
  s.start = {0};
  const auto push = [&](std::size_t column) { s.column.push_back(static_cast<int>(column)); };
  const auto end_row = [&] { s.start.push_back(static_cast<int>(s.column.size())); };
  const auto weight = [&](std::size_t i) { return ba::of_camera * b.n + ba::of_point * b.m + i; };
  for (std::size_t r = 0; r < 2 * b.p; ++r) {
    const std::size_t i = r / 2, camera = static_cast<std::size_t>(b.camera[i]),
                      point = static_cast<std::size_t>(b.point[i]);
    for (std::size_t j = 0; j < ba::of_camera; ++j) push(ba::of_camera * camera + j);
    for (std::size_t j = 0; j < ba::of_point; ++j) push(ba::of_camera * b.n + ba::of_point * point + j);
    push(weight(i));
    end_row();
  }
  for (std::size_t i = 0; i < b.p; ++i) push(weight(i)), end_row();
  return s;
}

} // namespace adbench
