// SPDX-License-Identifier: MIT
#pragma once
// What the tests of elementwise operations share: the loop over the list, points to try, and the error in ulp.
#include "fluxpp/ops/ops.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace elementwise_tests {

namespace ops = fluxpp::ops;

/// for_each(f): f.operator()<Op>() for each elementwise operation.
template <class F, class... Op> void for_each(ops::op_list<Op...>, F f) { (f.template operator()<Op>(), ...); }
template <class F> void for_each(F f) { for_each(ops::elementwise_list{}, f); }

struct point {
  double x[3]{};
};

/// The operation's own samples.
template <class Op> std::vector<point> samples() {
  std::vector<point> out;
  for (const auto& s : Op::samples) {
    point p;
    if constexpr (Op::arity == 1) p.x[0] = s;
    else
      for (std::size_t i = 0; i < s.size(); ++i) p.x[i] = s[i];
    out.push_back(p);
  }
  return out;
}

/// Numbers of both signs, from far below to far above 1, within the operation's domain; `fine` makes them many.
template <class Op> std::vector<double> line(bool fine) {
  double lo = -1e30, hi = 1e30;
  if constexpr (requires { Op::domain[0]; }) lo = Op::domain[0], hi = Op::domain[1];
  std::vector<double> all;
  const double step = fine ? 1.37 : 40.0, width = fine ? 0.0731 : 3.7;
  for (double m = 1.1e-30; m < 1e30; m *= step) all.insert(all.end(), {m, -m});
  for (double m = -110; m < 110; m += width) all.push_back(m);
  for (double m = -1; m <= 1; m += 1.0 / (fine ? 512 : 4)) all.push_back(m);
  all.insert(all.end(), {lo, hi});
  std::erase_if(all, [&](double m) { return m < lo || m > hi; });
  for (double& m : all) m = static_cast<double>(static_cast<float>(m));
  return all;
}

/// The points of the value law, neighbours far apart so that lanes of a batch meet different branches.
template <class Op> std::vector<point> sweep() {
  const std::vector<double> v = line<Op>(Op::arity == 1);
  std::vector<point> all = samples<Op>();
  for (double a : v) {
    if (Op::arity == 1) all.push_back({{a}});
    for (double b : v) {
      if (Op::arity == 1) break;
      if (Op::arity == 2) all.push_back({{a, b}});
      for (double c : {-2.0, 0.0, 1.5, 1e20})
        if (Op::arity == 3 && (c >= b || !std::is_same_v<Op, ops::clamp>)) all.push_back({{a, b, c}});
    }
  }
  std::vector<point> shuffled(all.size());
  const std::size_t stride = 7919; // a prime, and no divisor of the sizes at hand
  for (std::size_t i = 0; i < all.size(); ++i) shuffled[i * stride % all.size()] = all[i];
  return shuffled;
}

/// The error of a against the wider number r, in units of the last place of r.
template <class T> double ulps(T a, long double r) {
  if (std::isnan(r)) return std::isnan(a) ? 0 : std::numeric_limits<double>::infinity();
  if (a == static_cast<T>(r)) return 0;
  using limits = std::numeric_limits<T>;
  const int exponent = r == 0 ? limits::min_exponent - 1 : std::max(std::ilogb(r), limits::min_exponent - 1);
  return static_cast<double>(std::abs(static_cast<long double>(a) - r) /
                             std::ldexp(1.0L, exponent - limits::digits + 1));
}

} // namespace elementwise_tests
