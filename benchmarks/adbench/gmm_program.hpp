// SPDX-License-Identifier: MIT
#pragma once
// GMM as a user writes it, for all sizes.
#include "gmm.hpp"

#include <fluxpp/fluxpp.hpp>

namespace adbench {
namespace fx = fluxpp;

/// alpha [K], mu [K, d], icf [K, d (d + 1) / 2], x [n, d]; place [d, d] says where in icf an element of Q stands,
/// outside the triangle at the zero behind it. The points are the last axis of all that is computed for each of them.
constexpr auto gmm_objective = fx::function<"alpha", "mu", "icf", "x", "place", "gamma", "m", "sign", "constant">(
    [](auto alpha, auto mu, auto icf, auto x, auto place, auto gamma, auto m, auto sign, auto constant) {
      const int k = alpha.extent(0), d = mu.extent(1);
      const auto packed = fx::gather(fx::pad(icf, 1, {0, 1}), place, 1);
      const auto diagonal = fx::equal(fx::reshape(fx::iota(packed, 1), {d, 1}), fx::iota(packed, 2));
      const auto q = fx::select(diagonal, fx::exp(packed), packed);
      const auto logs = fx::sum(fx::select(diagonal, packed, 0.0), fx::axes{1, 2});
      const auto centre = fx::sum(q * fx::reshape(mu, {k, 1, d}), 2);
      const auto product = fx::matmul(fx::reshape(q, {-1, d}), fx::transpose(x));
      const auto z = fx::reshape(product, {k, d, -1}) - fx::reshape(centre, {k, d, 1});
      const auto beta = fx::reshape(alpha + logs, {k, 1}) - 0.5 * fx::sum(z * z, 1);
      const auto likelihood = fx::sum(fx::logsumexp(beta, 0) - fx::logsumexp(alpha));
      const auto prior = 0.5 * gamma * gamma * fx::sum(q * q) - m * fx::sum(logs);
      return likelihood + sign * prior + constant;
    });

/// The indices `place` of an instance.
inline std::vector<int> places(const gmm& g) {
  std::vector<int> at(g.d * g.d, static_cast<int>(g.triangle()));
  for (std::size_t r = 0; r < g.d; ++r)
    for (std::size_t s = 0; s <= r; ++s) at[r * g.d + s] = static_cast<int>(g.place(r, s));
  return at;
}

} // namespace adbench
