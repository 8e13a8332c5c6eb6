// SPDX-License-Identifier: MIT
#pragma once
// Ours beside a yardstick in one program: interleaved rounds, CPU time of the thread, the least of each counts.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// keep(v): the optimiser must assume that v is read and that all memory may have changed.
template <class V> void keep(const V& v) { asm volatile("" : : "r"(&v) : "memory"); }

/// The CPU time of this thread.
inline double nanoseconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return 1e9 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec);
}

/// The largest |a - b| over the larger of |b| and 1; infinite when sizes differ or one of them is not a number.
template <class A, class B> double difference(const A& a, const B& b) {
  double worst = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < a.size() && worst < std::numeric_limits<double>::infinity(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    const double d = std::abs(x - y) / std::max(1.0, std::abs(y));
    worst = d >= 0 ? std::max(worst, d) : std::numeric_limits<double>::infinity();
  }
  return worst;
}

/// row: one comparison; met when ours <= target * reference.
struct row {
  std::string name;
  double ours_ns = 0, reference_ns = 0, target = 0;
  bool stable = true;
  double ratio() const { return ours_ns / reference_ns; }
  bool met() const { return ratio() <= target; }
};

/// suite: runs cases, prints a table, writes build/bench/<name>.json. Options: --check (exit with 1 when a target is
/// missed), --quick (shorter rounds), or part of a name (only the cases that contain it).
/// A case states renew(), new random inputs; ours() and reference(); and difference(), how far their results are apart.
class suite {
public:
  suite(std::string name, int argc, char** argv) : name_(std::move(name)) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view option = argv[i];
      if (option == "--check") check_ = true;
      else if (option == "--quick") round_ns_ = 5e6;
      else only_ = option;
    }
    std::printf("%-40s %14s %14s %8s %8s\n", name_.c_str(), "ours ns", "reference ns", "ratio", "target");
  }

  template <class Case> void compare(const std::string& name, double target, double tolerance, Case& c) {
    if (name.find(only_) == std::string::npos) return;
    c.renew(), c.ours(), c.reference();
    if (const double d = c.difference(); !(d <= tolerance)) {
      std::printf("%-40s results differ by %g\n", name.c_str(), d);
      wrong_ = true;
      return;
    }
    row best;
    for (int attempt = 0; attempt < 3; ++attempt) {
      best = measure(c);
      if (best.stable) break;
    }
    best.name = name, best.target = target;
    std::printf("%-40s %14.1f %14.1f %8.3f %8.2f %s%s\n", name.c_str(), best.ours_ns, best.reference_ns, best.ratio(),
                target, best.met() ? "met" : "MISSED", best.stable ? "" : " (unstable)");
    std::fflush(stdout);
    rows_.push_back(best);
  }

  /// Writes the rows; the exit status of the program.
  int finish() const {
    std::filesystem::create_directories("build/bench");
    if (std::FILE* const f = std::fopen(("build/bench/" + name_ + ".json").c_str(), "w")) {
      std::fprintf(f, "[");
      for (const row& r : rows_)
        std::fprintf(f,
                     "%s\n {\"name\": \"%s\", \"ours_ns\": %.1f, \"reference_ns\": %.1f, \"ratio\": %.3f, "
                     "\"target\": %g, \"met\": %s}",
                     &r == rows_.data() ? "" : ",", r.name.c_str(), r.ours_ns, r.reference_ns, r.ratio(), r.target,
                     r.met() ? "true" : "false");
      std::fprintf(f, "\n]\n");
      std::fclose(f);
    }
    const bool met = std::all_of(rows_.begin(), rows_.end(), [](const row& r) { return r.met(); });
    return wrong_ || (check_ && !met) ? EXIT_FAILURE : EXIT_SUCCESS;
  }

private:
  static constexpr int rounds = 8;

  /// Nanoseconds per call of f, over as many calls as a round takes.
  template <class F> static double time(F&& f, int calls) {
    const double start = nanoseconds();
    for (int i = 0; i < calls; ++i) f();
    return (nanoseconds() - start) / calls;
  }
  template <class Case> row measure(Case& c) const {
    const double once = std::max(time([&] { c.ours(); }, 3), time([&] { c.reference(); }, 3));
    const int calls = std::max(1, static_cast<int>(round_ns_ / std::max(once, 10.0)));
    row half[2];
    for (row& h : half) {
      h.ours_ns = h.reference_ns = std::numeric_limits<double>::infinity();
      for (int i = 0; i < rounds / 2; ++i) {
        c.renew();
        h.ours_ns = std::min(h.ours_ns, time([&] { c.ours(); }, calls));
        h.reference_ns = std::min(h.reference_ns, time([&] { c.reference(); }, calls));
      }
    }
    row r;
    r.ours_ns = std::min(half[0].ours_ns, half[1].ours_ns);
    r.reference_ns = std::min(half[0].reference_ns, half[1].reference_ns);
    r.stable = std::abs(half[0].ratio() / half[1].ratio() - 1) <= 0.1;
    return r;
  }

  std::string name_, only_;
  bool check_ = false, wrong_ = false;
  double round_ns_ = 5e7;
  std::vector<row> rows_;
};

} // namespace bench
