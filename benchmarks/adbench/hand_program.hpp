// SPDX-License-Identifier: MIT
#pragma once
// Hand tracking as a user writes it. The five fingers are an axis, and so what the four angles of one do not reach is not computed.
#include <fluxpp/fluxpp.hpp>

namespace adbench {
namespace fx = fluxpp;

/// The unit matrix with the shape of x [n, n].
constexpr auto unit_like = [](auto x) { return fx::equal(fx::reshape(fx::iota(x, 0), {-1, 1}), fx::iota(x, 1)); };

/// joints [20], relative and inverse [3, 5, 4, 4], turns [6, 4, 4] (what stays of a turn about x, what its cosine, its sine
/// multiplies, and about z) -> the moves of three bones of each finger, turned over, [5, 12, 3].
constexpr auto finger_moves =
    fx::function<"joints", "relative", "inverse", "turns">([](auto joints, auto relative, auto inverse, auto turns) {
      const auto turn = [&](int axis, int k) {
        const auto angle = fx::reshape(fx::slice(fx::reshape(joints, {5, 4}), 1, k, k + 1), {5, 1, 1});
        const auto part = [&](int i) { return fx::slice(turns, 0, 3 * axis + i, 3 * axis + i + 1); };
        return part(0) + fx::cos(angle) * part(1) + fx::sin(angle) * part(2);
      };
      const auto bone = [](auto x, int j) { return fx::reshape(fx::slice(x, 0, j, j + 1), {5, 4, 4}); };
      const auto move = [&](auto place, int j) {
        return fx::permute(fx::slice(fx::matmul(place, bone(inverse, j)), 1, 0, 3), {0, 2, 1});
      };
      const auto second = fx::matmul(bone(relative, 0), fx::matmul(turn(1, 1), turn(0, 0)));
      const auto third = fx::matmul(fx::matmul(second, bone(relative, 1)), turn(0, 2));
      const auto fourth = fx::matmul(fx::matmul(third, bone(relative, 2)), turn(0, 3));
      return fx::concat(fx::concat(move(second, 0), move(third, 1), 1), move(fourth, 2), 1);
    });

/// w [3], cross [3, 9] (the matrices of the cross products with the axes) -> [3, 3].
constexpr auto global_rotation = fx::function<"w", "cross">([](auto w, auto cross) {
  const auto square = fx::sum(w * w), tiny = square < 1e-8;
  const auto angle = fx::sqrt(fx::select(tiny, 1.0, square)), cosine = fx::cos(angle);
  const auto axis = w / angle, across = fx::reshape(fx::matmul(axis, cross), {3, 3});
  const auto unit = unit_like(across);
  const auto along = fx::reshape(axis, {3, 1}) * axis;
  return fx::select(tiny, unit, cosine * unit + fx::sin(angle) * across + (1.0 - cosine) * along);
});

/// The parts of theta.
constexpr auto rotation_of = [](auto theta) { return fx::slice(theta, 0, 0, 3); };
constexpr auto translation_of = [](auto theta) { return fx::slice(theta, 0, 3, 6); };
constexpr auto joints_of = [](auto theta) { return fx::slice(theta, 0, 6, 26); };

/// Points [.., P, 3] of the hand before it is turned as a whole: rest [.., P, 3], skin [.., 5, P, 12].
constexpr auto posed = [](auto theta, auto relative, auto inverse, auto turns, auto skin, auto rest) {
  const auto moves = finger_moves(joints_of(theta), relative, inverse, turns);
  return rest + fx::sum(fx::matmul(skin, moves), fx::axes{skin.rank() - 3});
};
constexpr auto placed = [](auto theta, auto cross, auto p) {
  return fx::matmul(p, fx::transpose(global_rotation(rotation_of(theta), cross))) + translation_of(theta);
};

/// The Jacobian [P, 3, 26] of errors of points p [P, 3] that follow the bones by skin [5, P, 12]. seeds [4, 20] name the
/// k-th angle of all fingers, which reach different columns.
constexpr auto hand_rows = [](auto theta, auto relative, auto inverse, auto turns, auto cross, auto seeds, auto skin,
                              auto p) {
  const auto w = rotation_of(theta), back = -global_rotation(w, cross), unit = unit_like(back);
  const auto of_rotation = -fx::reshape(fx::jvps<"w">(global_rotation)(w, cross, unit), {3, 3, 3});
  const auto of_joints = fx::jvps<"joints">(finger_moves)(joints_of(theta), relative, inverse, turns, seeds);
  const auto turned = fx::reshape(fx::matmul(fx::reshape(of_joints, {-1, 3}), fx::transpose(back)), {4, 5, 12, 3});
  const auto fingers = fx::matmul(skin, fx::reshape(fx::permute(turned, {1, 2, 3, 0}), {5, 12, 12}));
  const auto whole = fx::matmul(p, fx::reshape(fx::permute(of_rotation, {2, 1, 0}), {3, 9}));
  const auto ones = fx::reshape(fx::iota(p, 0) >= 0.0, {-1, 1, 1});
  return fx::concat({fx::reshape(whole, {-1, 3, 3}), ones * -unit,
                     fx::reshape(fx::permute(fx::reshape(fingers, {5, -1, 3, 4}), {1, 2, 0, 3}), {-1, 3, 20})},
                    2);
};

/// Of points at vertices: errors [P, 3], and their Jacobian [P, 3, 26].
constexpr auto simple_errors = [](auto theta, auto relative, auto inverse, auto turns, auto cross, auto, auto skin,
                                  auto rest, auto points) {
  return points - placed(theta, cross, posed(theta, relative, inverse, turns, skin, rest));
};
constexpr auto simple_jacobian = [](auto theta, auto relative, auto inverse, auto turns, auto cross, auto seeds,
                                    auto skin, auto rest, auto) {
  return hand_rows(theta, relative, inverse, turns, cross, seeds, skin,
                   posed(theta, relative, inverse, turns, skin, rest));
};

/// Corner i of three, of this shape; the mean of three by the weights u [P, 2].
constexpr auto corner = [](auto x, int i, const fx::dims& shape) {
  return fx::reshape(fx::slice(x, 0, i, i + 1), shape);
};
constexpr auto mixed = [](auto x, auto u, const fx::dims& shape) {
  const auto weight = [&](int k) { return fx::slice(u, 1, k, k + 1); };
  return weight(0) * corner(x, 0, shape) + weight(1) * corner(x, 1, shape) +
         (1.0 - weight(0) - weight(1)) * corner(x, 2, shape);
};

/// Of points on triangles: skin [3, 5, P, 12] and rest [3, P, 3] of their corners, u [P, 2]; the Jacobian is [P, 3, 28].
constexpr auto triangle_errors = [](auto theta, auto relative, auto inverse, auto turns, auto cross, auto, auto skin,
                                    auto rest, auto u, auto points) {
  const auto p = posed(theta, relative, inverse, turns, skin, rest);
  return points - placed(theta, cross, mixed(p, u, points.shape()));
};
constexpr auto triangle_jacobian = [](auto theta, auto relative, auto inverse, auto turns, auto cross, auto seeds,
                                      auto skin, auto rest, auto u, auto points) {
  const auto p = posed(theta, relative, inverse, turns, skin, rest);
  const auto at = [&](int i) { return corner(p, i, points.shape()); };
  const auto turned = fx::matmul(fx::stack({at(2) - at(0), at(2) - at(1)}, 0),
                                 fx::transpose(global_rotation(rotation_of(theta), cross)));
  const auto follow = mixed(skin, u, skin.shape().replaced(0, 1, {}));
  return fx::concat(fx::permute(turned, {1, 2, 0}),
                    hand_rows(theta, relative, inverse, turns, cross, seeds, follow, mixed(p, u, points.shape())), 2);
};

} // namespace adbench
