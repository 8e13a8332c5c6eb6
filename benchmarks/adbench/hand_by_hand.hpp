// SPDX-License-Identifier: MIT
#pragma once
// Hand tracking by plain loops: errors, and their Jacobian row by row, [u0, u1, theta] where there are u.
#include "hand.hpp"
#include "small_matrix.hpp"

namespace adbench {

template <class T> class hand_by_hand {
public:
  explicit hand_by_hand(const hand& h) : p_(h), skinned_(h.model.vertices.size()) {}

  void errors(std::vector<T>& e) {
    const rotation<T> turn = pose();
    skin(turn.value());
    e.resize(p_.rows());
    for (std::size_t i = 0; i < p_.points.size(); ++i)
      for (std::size_t c = 0; c < 3; ++c) {
        e[3 * i + c] = p_.points[i][c];
        each_corner(i, [&](std::size_t v, T weight) { e[3 * i + c] -= weight * skinned_[v][c]; });
      }
  }
  void jacobian(std::vector<T>& j) {
    const rotation<T> turn = pose();
    const square<T, 3> r = turn.value();
    for (std::size_t k = 0; k < 3; ++k) rotation_[k] = turn.derivative(k);
    skin(r);
    tangents();
    j.assign(p_.rows() * p_.columns(), 0);
    for (std::size_t i = 0; i < p_.points.size(); ++i) {
      T* const row = &j[3 * i * p_.columns()];
      if (p_.complicated()) of_weights(i, row);
      T* const to = row + p_.columns() - hand::parameters;
      for (std::size_t c = 0; c < 3; ++c) to[c * p_.columns() + 3 + c] = -1;
      each_corner(i, [&](std::size_t v, T weight) { add(v, weight, r, to); });
    }
  }

private:
  using vec = std::array<T, 3>;
  static constexpr std::size_t bones = hand_model::bones;

  /// Places of all bones; the rotation of the whole.
  rotation<T> pose() {
    for (std::size_t b = 0; b < bones; ++b) {
      const auto& bone = p_.model.skeleton[b];
      local_[b] =
          moves(static_cast<int>(b)) ? matrix_of<T>(bone.relative) * turned_bone(b) : matrix_of<T>(bone.relative);
      place_[b] = bone.parent < 0 ? local_[b] : place_[static_cast<std::size_t>(bone.parent)] * local_[b];
      move_[b] = place_[b] * matrix_of<T>(bone.inverse);
    }
    return rotation<T>(p_.theta.data());
  }
  /// The number of the flexion of a bone that moves; the second bone of a finger has its abduction behind it.
  static std::size_t flexion(std::size_t b) { return 6 + 4 * ((b - 1) / 4) + (b % 4 == 2 ? 0 : b % 4 == 3 ? 2 : 3); }
  square<T, 4> bend(std::size_t axis, std::size_t k, bool derivative) const {
    const T s = std::sin(T(p_.theta[k])), c = std::cos(T(p_.theta[k]));
    return derivative ? turn<T>(axis, c, -s, 0) : turn<T>(axis, s, c, 1);
  }
  square<T, 4> turned_bone(std::size_t b) const {
    const std::size_t k = flexion(b);
    return b % 4 == 2 ? bend(2, k + 1, false) * bend(0, k, false) : bend(0, k, false);
  }
  /// All vertices, turned and moved.
  void skin(const square<T, 3>& r) {
    for (std::size_t v = 0; v < skinned_.size(); ++v) {
      skinned_[v] = turned(r, rested(v));
      for (std::size_t c = 0; c < 3; ++c) skinned_[v][c] += p_.theta[3 + c];
    }
  }
  vec rested(std::size_t v) const {
    vec sum{};
    for (const auto& [bone, weight] : p_.model.vertices[v].weights) {
      const vec x = moved(move_[static_cast<std::size_t>(bone)], p_.model.vertices[v].at);
      for (std::size_t c = 0; c < 3; ++c) sum[c] += weight * x[c];
    }
    return sum;
  }
  template <class F> void each_corner(std::size_t i, const F& f) const {
    if (!p_.complicated()) return f(p_.vertex(i, 0), T(1));
    const T u[3] = {p_.u[i][0], p_.u[i][1], 1 - T(p_.u[i][0]) - p_.u[i][1]};
    for (std::size_t k = 0; k < 3; ++k) f(p_.vertex(i, k), u[k]);
  }

  /// Derivatives of the bones of a finger in its four angles.
  void tangents() {
    for (std::size_t f = 0; f < 5; ++f)
      for (std::size_t k = 0; k < 4; ++k) {
        square<T, 4> place{};
        for (std::size_t b = 2 + 4 * f; b < 5 + 4 * f; ++b) {
          const std::size_t parent = b - 1, own = k == 0 || k == 1 ? 2 : k + 1;
          place = b % 4 == own % 4 ? place_[parent] * matrix_of<T>(p_.model.skeleton[b].relative) * bent(b, k)
                                   : place * local_[b];
          tangent_[b][k] = place * matrix_of<T>(p_.model.skeleton[b].inverse);
        }
      }
  }
  square<T, 4> bent(std::size_t b, std::size_t k) const {
    const std::size_t first = flexion(b);
    if (b % 4 != 2) return bend(0, first, true);
    return bend(2, first + 1, k == 1) * bend(0, first, k == 0);
  }
  void of_weights(std::size_t i, T* row) const {
    const auto corner = [&](std::size_t k) { return skinned_[p_.vertex(i, k)]; };
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t k = 0; k < 2; ++k) row[c * p_.columns() + k] = corner(2)[c] - corner(k)[c];
  }
  /// What a vertex adds to three rows.
  void add(std::size_t v, T share, const square<T, 3>& r, T* to) const {
    const auto put = [&](std::size_t k, const vec& d, T by) {
      for (std::size_t c = 0; c < 3; ++c) to[c * p_.columns() + k] -= by * d[c];
    };
    const vec rest = rested(v);
    for (std::size_t k = 0; k < 3; ++k) put(k, turned(rotation_[k], rest), share);
    for (const auto& [bone, weight] : p_.model.vertices[v].weights)
      if (const auto b = static_cast<std::size_t>(bone); moves(bone))
        for (std::size_t k = 0; k < 4; ++k)
          put(6 + 4 * ((b - 1) / 4) + k, turned(r, moved(tangent_[b][k], p_.model.vertices[v].at)), share * weight);
  }

  const hand& p_;
  std::vector<vec> skinned_;
  square<T, 3> rotation_[3];
  square<T, 4> local_[bones], place_[bones], move_[bones], tangent_[bones][4];
};

} // namespace adbench
