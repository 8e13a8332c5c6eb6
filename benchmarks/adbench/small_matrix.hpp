// SPDX-License-Identifier: MIT
#pragma once
// Matrices of three and four rows by plain loops.
#include <array>
#include <cmath>
#include <cstddef>

namespace adbench {

template <class T, std::size_t N> using square = std::array<std::array<T, N>, N>;

template <class T, std::size_t N> square<T, N> operator*(const square<T, N>& a, const square<T, N>& b) {
  square<T, N> c{};
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t k = 0; k < N; ++k)
      for (std::size_t j = 0; j < N; ++j) c[i][j] += a[i][k] * b[k][j];
  return c;
}
/// The upper three elements of m [x; 1].
template <class T> std::array<T, 3> moved(const square<T, 4>& m, const std::array<double, 3>& x) {
  std::array<T, 3> y;
  for (std::size_t i = 0; i < 3; ++i) y[i] = m[i][0] * x[0] + m[i][1] * x[1] + m[i][2] * x[2] + m[i][3];
  return y;
}
template <class T> std::array<T, 3> turned(const square<T, 3>& m, const std::array<T, 3>& x) {
  return {m[0][0] * x[0] + m[0][1] * x[1] + m[0][2] * x[2], m[1][0] * x[0] + m[1][1] * x[1] + m[1][2] * x[2],
          m[2][0] * x[0] + m[2][1] * x[1] + m[2][2] * x[2]};
}
template <class T> square<T, 4> matrix_of(const std::array<double, 16>& m) {
  square<T, 4> a;
  for (std::size_t i = 0; i < 16; ++i) a[i / 4][i % 4] = m[i];
  return a;
}
/// A turn about the axis a by the angle whose sine and cosine these are, without what stays where it is: of s = cos,
/// c = -sin the derivative.
template <class T> square<T, 4> turn(std::size_t axis, T sine, T cosine, T rest) {
  square<T, 4> m{};
  const std::size_t j = (axis + 1) % 3, k = (axis + 2) % 3;
  m[axis][axis] = m[3][3] = rest;
  m[j][j] = m[k][k] = cosine, m[j][k] = -sine, m[k][j] = sine;
  return m;
}

/// The rotation by the vector r: the identity where that is shorter than 1e-4.
/// source   Rodrigues' formula
template <class T> struct rotation {
  T angle, sine, cosine;
  std::array<T, 3> axis{};

  explicit rotation(const double* r) {
    angle = std::sqrt(T(r[0]) * r[0] + T(r[1]) * r[1] + T(r[2]) * r[2]);
    sine = std::sin(angle), cosine = std::cos(angle);
    for (std::size_t i = 0; i < 3 && !tiny(); ++i) axis[i] = r[i] / angle;
  }
  bool tiny() const { return angle < T(1e-4); }
  square<T, 3> value() const {
    if (tiny()) return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    square<T, 3> m = cross(axis, sine);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) m[i][j] += (1 - cosine) * axis[i] * axis[j] + (i == j ? cosine : 0);
    return m;
  }
  /// The derivative in element k of the vector.
  square<T, 3> derivative(std::size_t k) const {
    if (tiny()) return {};
    std::array<T, 3> d{}; // of the axis
    for (std::size_t i = 0; i < 3; ++i) d[i] = ((i == k ? 1 : 0) - axis[k] * axis[i]) / angle;
    square<T, 3> m = cross(axis, axis[k] * cosine);
    const square<T, 3> of_axis = cross(d, sine);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        m[i][j] += of_axis[i][j] + (1 - cosine) * (d[i] * axis[j] + axis[i] * d[j]) +
                   axis[k] * sine * (axis[i] * axis[j] - (i == j ? 1 : 0));
    return m;
  }

private:
  static square<T, 3> cross(const std::array<T, 3>& a, T by) {
    return {{{0, -by * a[2], by * a[1]}, {by * a[2], 0, -by * a[0]}, {-by * a[1], by * a[0], 0}}};
  }
};

} // namespace adbench
