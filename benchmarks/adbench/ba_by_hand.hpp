// SPDX-License-Identifier: MIT
#pragma once
// Bundle adjustment by plain loops: errors, and the values of their Jacobian.
#include "ba.hpp"

namespace adbench {

/// ba_by_hand<T>: 2 p errors of observations and p of weights; the values of the Jacobian in the order of pattern(b).
template <class T> class ba_by_hand {
public:
  explicit ba_by_hand(const ba& b) : p_(b) {}

  void errors(std::vector<T>& e) const {
    e.resize(p_.rows());
    for (std::size_t i = 0; i < p_.p; ++i) {
      const view v = seen(i);
      e[2 * i] = v.w * v.u, e[2 * i + 1] = v.w * v.v;
      e[2 * p_.p + i] = 1 - v.w * v.w;
    }
  }
  void jacobian(std::vector<T>& values) const {
    values.resize(p_.entries());
    for (std::size_t i = 0; i < p_.p; ++i) {
      rows(i, &values[2 * ba::row * i]);
      values[2 * ba::row * p_.p + i] = -2 * T(p_.w[i]);
    }
  }

private:
  using vec = std::array<T, 3>;
  static T dot(const vec& a, const vec& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
  static vec cross(const vec& a, const vec& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
  }
  /// What an observation computes on its way to the error (u, v): angle and axis, the point before and after the turn.
  struct view {
    T angle, sine, cosine, x, y, squared, lens, u, v, w;
    vec axis, before, after;
  };
  static vec three(const double* from) { return {from[0], from[1], from[2]}; }

  view seen(std::size_t i) const {
    const double *camera = &p_.cameras[ba::of_camera * static_cast<std::size_t>(p_.camera[i])],
                 *point = &p_.points[ba::of_point * static_cast<std::size_t>(p_.point[i])];
    view s;
    for (std::size_t j = 0; j < 3; ++j) s.before[j] = T(point[j]) - camera[3 + j];
    s.w = p_.w[i];
    turn(s, three(camera));
    s.x = s.after[0] / s.after[2], s.y = s.after[1] / s.after[2], s.squared = s.x * s.x + s.y * s.y;
    s.lens = 1 + camera[9] * s.squared + camera[10] * s.squared * s.squared;
    s.u = camera[6] * s.x * s.lens + camera[7] - p_.features[2 * i];
    s.v = camera[6] * s.y * s.lens + camera[8] - p_.features[2 * i + 1];
    return s;
  }
  static void turn(view& s, const vec& r) {
    const T square = dot(r, r);
    s.angle = std::sqrt(square), s.sine = std::sin(s.angle), s.cosine = std::cos(s.angle);
    s.axis = r;
    if (square != 0)
      for (T& n : s.axis) n /= s.angle;
    const vec across = cross(s.axis, s.before);
    const T along = dot(s.axis, s.before) * (1 - s.cosine);
    for (std::size_t j = 0; j < 3; ++j)
      s.after[j] =
          square != 0 ? s.before[j] * s.cosine + across[j] * s.sine + s.axis[j] * along : s.before[j] + across[j];
  }

  void rows(std::size_t i, T* to) const {
    const view s = seen(i);
    const double* const camera = &p_.cameras[ba::of_camera * static_cast<std::size_t>(p_.camera[i])];
    const T bend = 2 * camera[9] + 4 * camera[10] * s.squared, focal = s.w * camera[6] / s.after[2];
    const T xy[2] = {s.x, s.y}, error[2] = {s.u, s.v};
    for (std::size_t a = 0; a < 2; ++a, to += ba::row) {
      const T d[2] = {bend * xy[a] * s.x + (a == 0 ? s.lens : 0), bend * xy[a] * s.y + (a == 1 ? s.lens : 0)};
      const vec g{focal * d[0], focal * d[1], -focal * (d[0] * s.x + d[1] * s.y)};
      const vec of_point = back(s, g), of_rotation = back_to_rotation(s, g);
      for (std::size_t j = 0; j < 3; ++j) to[j] = of_rotation[j], to[3 + j] = -of_point[j], to[11 + j] = of_point[j];
      to[6] = s.w * s.lens * xy[a];
      to[7] = a == 0 ? s.w : 0, to[8] = a == 1 ? s.w : 0;
      to[9] = s.w * camera[6] * s.squared * xy[a], to[10] = to[9] * s.squared;
      to[14] = error[a];
    }
  }
  /// R' g.
  static vec back(const view& s, const vec& g) {
    const vec across = cross(g, s.axis);
    const T along = dot(s.axis, g) * (1 - s.cosine);
    vec y;
    for (std::size_t j = 0; j < 3; ++j) y[j] = g[j] * s.cosine + across[j] * s.sine + s.axis[j] * along;
    return y;
  }
  /// g times the derivative of the turned point in the rotation vector.
  static vec back_to_rotation(const view& s, const vec& g) {
    const vec turned = cross(s.before, g);
    if (s.angle == 0) return turned;
    const T along = dot(s.axis, s.before), of_axis = dot(s.axis, g);
    const T of_angle =
        -dot(g, s.before) * s.sine + dot(g, cross(s.axis, s.before)) * s.cosine + of_axis * along * s.sine;
    vec n;
    for (std::size_t j = 0; j < 3; ++j)
      n[j] = s.sine * turned[j] + (1 - s.cosine) * (of_axis * s.before[j] + along * g[j]);
    const T parallel = dot(n, s.axis);
    for (std::size_t j = 0; j < 3; ++j) n[j] = of_angle * s.axis[j] + (n[j] - parallel * s.axis[j]) / s.angle;
    return n;
  }

  const ba& p_;
};

} // namespace adbench
