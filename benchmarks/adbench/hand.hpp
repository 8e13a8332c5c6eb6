// SPDX-License-Identifier: MIT
#pragma once
// HAND: errors between points and a hand that is moved by the angles of its bones. The model and its instances.
// source   microsoft/ADBench 38cb793, docs/FileFormat.md; Taylor, Stebbing et al. 2014, doi:10.1109/CVPR.2014.88
#include "number_file.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace adbench {

/// hand_model: bone 0 is the wrist, finger f has the bones 1 + 4 f to 4 + 4 f, of which the first does not move; 21 is the
/// forearm. Matrices are [4, 4], row by row. A vertex follows its bones by weights.
struct hand_model {
  static constexpr int fingers = 5, bones = 22;
  struct bone {
    int parent;
    std::array<double, 16> relative, inverse; ///< to the parent; of the place at rest
  };
  struct vertex {
    std::array<double, 3> at;
    std::vector<std::pair<int, double>> weights;
  };
  std::vector<bone> skeleton;
  std::vector<vertex> vertices;
  std::vector<std::array<int, 3>> triangles;
};

/// hand: point i belongs to a vertex; in a complicated instance to a triangle, and lies at its corners by the weights u0,
/// u1, 1 - u0 - u1.
/// theta: rotation (3), translation (3), then of each finger flexion and abduction of its second bone, flexion of the
/// third and the fourth.
struct hand {
  static constexpr std::size_t parameters = 26;
  hand_model model;
  std::vector<int> partner; ///< of each point the vertex or triangle
  std::vector<std::array<double, 3>> points;
  std::vector<double> theta;
  std::vector<std::array<double, 2>> u{};

  bool complicated() const { return !u.empty(); }
  /// The vertices of point i: one or three.
  std::size_t vertex(std::size_t i, std::size_t corner) const {
    const auto at = static_cast<std::size_t>(partner[i]);
    return complicated() ? static_cast<std::size_t>(model.triangles[at][corner]) : at;
  }
  std::size_t rows() const { return 3 * points.size(); }
  std::size_t columns() const { return parameters + (complicated() ? 2 : 0); }
};

/// Whether a bone is turned by angles of its own.
constexpr bool moves(int b) { return b > 0 && b < 21 && b % 4 != 1; }

inline std::array<double, 16> read_matrix(number_file& file, std::string_view entry) {
  std::array<double, 16> m;
  for (double& v : m) v = file.real(entry);
  return m;
}
inline hand_model read_hand_model(const std::string& folder) {
  constexpr std::string_view separators = ": \t\r\n";
  hand_model m;
  number_file bones(folder + "/bones.txt", separators), triangles(folder + "/triangles.txt", separators),
      vertices(folder + "/vertices.txt", separators);
  for (int b = 0; b < hand_model::bones; ++b) {
    bones.pass(bones.word("name of a bone"));
    const int parent = bones.whole("parent", -1, b - 1);
    if (moves(b) && parent != b - 1) bones.fail("parent", "the bones of a finger are one chain");
    const auto relative = read_matrix(bones, "relative"), inverse = read_matrix(bones, "inverse");
    m.skeleton.push_back({parent, relative, inverse});
  }
  bones.finish();
  while (!vertices.at_end()) {
    hand_model::vertex v;
    for (double& x : v.at) x = vertices.real("vertex");
    for (int i = 0; i < 5; ++i) vertices.real("number without meaning");
    v.weights.resize(vertices.whole<std::size_t>("bones of a vertex", 0, hand_model::bones));
    for (auto& [bone, weight] : v.weights)
      bone = vertices.whole("bone", 0, hand_model::bones - 1), weight = vertices.real("weight");
    m.vertices.push_back(std::move(v));
  }
  const auto last = static_cast<std::int64_t>(m.vertices.size()) - 1;
  while (!triangles.at_end()) {
    auto& t = m.triangles.emplace_back();
    for (int& corner : t) corner = triangles.whole("corner", 0, last);
  }
  return m;
}

inline hand read_hand(const std::string& model, const std::string& path, bool complicated = false) {
  hand h{read_hand_model(model), {}, {}, {}};
  number_file file(path);
  const std::size_t n = file.size("P", 10'000'000);
  file.whole("n_theta", hand::parameters, hand::parameters);
  const auto last = static_cast<std::int64_t>(complicated ? h.model.triangles.size() : h.model.vertices.size()) - 1;
  for (std::size_t i = 0; i < n; ++i) {
    h.partner.push_back(file.whole("correspondence", 0, last));
    for (double& x : h.points.emplace_back()) x = file.real("point");
  }
  for (std::size_t i = 0; complicated && i < n; ++i)
    for (double& x : h.u.emplace_back()) x = file.real("u");
  h.theta = file.reals("theta", hand::parameters);
  file.finish();
  return h;
}

/// The same points on triangles instead of vertices.
inline hand on_triangles(hand h) {
  for (std::size_t i = 0; i < h.points.size(); ++i) {
    const auto x = static_cast<double>(i);
    h.partner[i] = static_cast<int>(37 * i % h.model.triangles.size());
    h.u.push_back({0.25 + 0.2 * std::sin(x), 0.25 + 0.2 * std::cos(x)});
  }
  return h;
}

} // namespace adbench
