// SPDX-License-Identifier: MIT
#pragma once
// How a scalar objective of ADBench is run: checked against formulas in long double and published sums, then timed beside loops.
#include "../flattened.hpp"
#include "../harness.hpp"
#include "peers.hpp"
#include "published.hpp"

#include <vector>

namespace adbench {

/// gradient_case<Problem>: a case of bench::suite. A Problem states
///   p                      the instance
///   call()                 value and gradient by fluxpp
///   by_hand<T>             a class made from p with value() and gradient(g) by plain loops
template <class Problem> struct gradient_case : Problem {
  using hand = typename Problem::template by_hand<double>;
  using exact = typename Problem::template by_hand<long double>;
  std::string name;
  hand loops;
  std::vector<double> g;

  template <class... Part>
  explicit gradient_case(std::string of, Part&&... part)
      : Problem{std::forward<Part>(part)...}, name(std::move(of)), loops(this->p) {}
  gradient_case(const gradient_case&) = delete;

  void renew() {}
  void ours() {
    const auto result = this->call();
    bench::keep(result);
  }
  double difference() {
    const auto result = this->call();
    const auto flat = bench::flattened<std::vector<double>>(result.gradient);
    std::vector<long double> expected;
    const auto at = static_cast<double>(exact(this->p).gradient(expected));
    return std::max({bench::apart(result.value, at), bench::difference(flat, expected),
                     deviation(name, result.value, flat), bench::apart(static_cast<double>(loops.gradient(g)), at),
                     bench::difference(g, expected), bench::apart(loops.value(), at)});
  }
};

/// Runs the case of a problem, if it was asked for.
template <class Problem, class Instance>
void run(const bench::suite& s, const std::string& name, double tolerance, const Instance& p) {
  if (!s.runs(name)) return;
  gradient_case<Problem> c(name, p);
  compare(s, name, tolerance, c, bench::reference{"scalar objective", [&c] { bench::keep(c.loops.value()); }},
          bench::reference{"scalar gradient", [&c] { bench::keep(c.loops.gradient(c.g)); }});
}

} // namespace adbench
