// SPDX-License-Identifier: MIT
#pragma once
// Ours beside others in one program: results compared first, then interleaved rounds, CPU time of the thread, the least of
// each counts. Rows go to standard output, one JSON object per line; scripts/bench_report.py holds them against the claims.
#include "checksums.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

/// keep(v): the optimiser must assume that v is read and that all memory may have changed.
template <class V> void keep(const V& v) { asm volatile("" : : "r"(&v) : "memory"); }

/// The CPU time of this thread.
inline double nanoseconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return 1e9 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec);
}

/// apart of the elements that are furthest apart; infinite when sizes differ.
template <class A, class B> double difference(const A& a, const B& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, apart(static_cast<double>(a[i]), static_cast<double>(b[i])));
  return worst;
}

/// reference{name, f}: what ours is timed beside.
template <class F> struct reference {
  std::string_view name;
  F run;
};
template <class F> reference(std::string_view, F) -> reference<F>;

/// suite: times cases and prints a row for each of their references. Options: --quick (fewer rounds), or part of a name
/// (only the cases that contain it).
/// A case states renew(), new inputs; ours(); and difference(), how far its results are from what they should be.
class suite {
public:
  suite(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
      if (const std::string_view option = argv[i]; option == "--quick") rounds_ = 5;
      else only_ = option;
  }

  /// Whether the case of this name was asked for.
  bool runs(const std::string& name) const { return name.find(only_) != std::string::npos; }

  /// Leaves the program, before anything is timed, where results are further apart than the tolerance.
  template <class Case, class... F>
  void compare(const std::string& name, double tolerance, Case& c, const reference<F>&... references) const {
    if (!runs(name)) return;
    c.renew(), c.ours(), (references.run(), ...);
    if (const double d = c.difference(); !(d <= tolerance)) {
      std::fprintf(stderr, "%s: results are %g apart, at most %g is allowed\n", name.c_str(), d, tolerance);
      std::exit(EXIT_FAILURE);
    }
    const auto least = least_times(
        c, [&] { c.ours(); }, references.run...);
    std::size_t i = 0;
    (print(name, least[0], references.name, least[++i]), ...);
  }

private:
  static constexpr double round_ns = 2e6;

  template <class F> static double time(const F& f, long calls) {
    const double start = nanoseconds();
    for (long i = 0; i < calls; ++i) f();
    return nanoseconds() - start;
  }
  /// How many calls of f last a round.
  template <class F> static long calls_of(const F& f) {
    long calls = 1;
    while (time(f, calls) < round_ns) calls *= 2;
    return calls;
  }
  /// Nanoseconds per call of each f. A turn begins with a call that is not timed: caches hold what f called in a loop finds
  /// there, however many calls a turn has, not what the others left.
  template <class Case, class... F> std::array<double, sizeof...(F)> least_times(Case& c, const F&... f) const {
    const std::array<long, sizeof...(F)> calls{calls_of(f)...};
    std::array<double, sizeof...(F)> least;
    least.fill(std::numeric_limits<double>::infinity());
    for (int round = 0; round < rounds_; ++round) {
      c.renew();
      std::size_t i = 0;
      ((f(), least[i] = std::min(least[i], time(f, calls[i]) / static_cast<double>(calls[i])), ++i), ...);
    }
    return least;
  }
  static void print(const std::string& name, double ours_ns, std::string_view reference, double reference_ns) {
    std::printf("{\"name\": \"%s\", \"ours_ns\": %.2f, \"reference\": \"%.*s\", \"reference_ns\": %.2f}\n",
                name.c_str(), ours_ns, static_cast<int>(reference.size()), reference.data(), reference_ns);
    std::fflush(stdout);
  }

  std::string only_;
  int rounds_ = 20;
};

} // namespace bench
