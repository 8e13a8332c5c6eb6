// SPDX-License-Identifier: MIT
#pragma once
// The model of a hand as its program takes it: the five fingers as an axis, what never moves multiplied out.
#include "hand.hpp"
#include "small_matrix.hpp"

#include <fluxpp/core/tensor.hpp>

namespace adbench {

/// hand_arrays: of an instance with `corners` vertices for a point, 1 or 3. skin [corners, 5, P, 12] are weighted places of
/// vertices for three bones of each finger; rest [corners, P, 3] is what other bones make of them.
struct hand_arrays {
  fluxpp::tensor<double, 4> relative{{3, 5, 4, 4}}, inverse{{3, 5, 4, 4}}, skin;
  fluxpp::tensor<double, 3> turns{{6, 4, 4}}, rest;
  fluxpp::tensor<double, 2> cross{{3, 9}}, seeds{{4, 20}}, points, u;

  explicit hand_arrays(const hand& h) : hand_arrays(h, h.complicated() ? 3 : 1, h.points.size()) {}

private:
  hand_arrays(const hand& h, std::size_t corners, std::size_t n)
      : skin({corners, 5, n, 12}), rest({corners, n, 3}), points({n, 3}), u({n, 2}) {
    for (std::size_t b = 0; b < hand_model::bones; ++b) add_bone(h.model, b);
    for (std::size_t axis = 0; axis < 2; ++axis)
      for (std::size_t part = 0; part < 3; ++part)
        put(turns, 3 * axis + part, turn<double>(2 * axis, part == 2, part == 1, part == 0));
    for (std::size_t k = 0; k < 3; ++k)
      cross(k, 3 * ((k + 2) % 3) + (k + 1) % 3) = 1, cross(k, 3 * ((k + 1) % 3) + (k + 2) % 3) = -1;
    for (std::size_t k = 0; k < 20; ++k) seeds(k % 4, k) = 1;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t c = 0; c < 3; ++c) points(i, c) = h.points[i][c];
      for (std::size_t k = 0; k < 2 && h.complicated(); ++k) u(i, k) = h.u[i][k];
      for (std::size_t k = 0; k < corners; ++k) add_vertex(h.model.vertices[h.vertex(i, k)], k, i);
    }
  }
  template <class Array> static void put(Array& to, std::size_t at, const square<double, 4>& m) {
    for (std::size_t i = 0; i < 16; ++i) to[16 * at + i] = m[i / 4][i % 4];
  }
  void add_bone(const hand_model& m, std::size_t b) {
    const auto own = matrix_of<double>(m.skeleton[b].relative);
    const int parent = m.skeleton[b].parent;
    const bool chain = b % 4 != 2 && moves(static_cast<int>(b));
    const auto local = chain || parent < 0 ? own : place_[static_cast<std::size_t>(parent)] * own;
    place_[b] = local, inverse_[b] = matrix_of<double>(m.skeleton[b].inverse);
    if (!moves(static_cast<int>(b))) return;
    const std::size_t finger = (b - 1) / 4, joint = (b - 2) % 4;
    put(relative, 5 * joint + finger, local);
    put(inverse, 5 * joint + finger, inverse_[b]);
  }
  void add_vertex(const hand_model::vertex& v, std::size_t corner, std::size_t i) {
    for (const auto& [bone, weight] : v.weights) add_weight(v, static_cast<std::size_t>(bone), weight, corner, i);
  }
  void add_weight(const hand_model::vertex& v, std::size_t b, double weight, std::size_t corner, std::size_t i) {
    if (moves(static_cast<int>(b))) {
      const std::size_t finger = (b - 1) / 4, joint = (b - 2) % 4;
      for (std::size_t s = 0; s < 4; ++s) skin(corner, finger, i, 4 * joint + s) += weight * (s < 3 ? v.at[s] : 1.0);
    } else {
      const auto x = moved(place_[b] * inverse_[b], v.at);
      for (std::size_t c = 0; c < 3; ++c) rest(corner, i, c) += weight * x[c];
    }
  }

  square<double, 4> place_[hand_model::bones], inverse_[hand_model::bones]; // of bones that do not move
};

} // namespace adbench
