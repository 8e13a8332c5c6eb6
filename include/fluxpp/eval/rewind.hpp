// SPDX-License-Identifier: MIT
#pragma once
// Runs of a loop found again in any order, from a few that are kept.
#include <limits>
#include <vector>

namespace fluxpp::inline v0_1::eval {

/// rewinder: where a loop stands that is run again, and which of its states are kept: on the way to a run, the one half-way,
/// then half-way from there. In reverse order n runs take n log2(n) / 2 more, and log2 n states.
/// source   Griewank & Walther 2000, doi:10.1145/347837.347846, by halves
class rewinder {
public:
  /// All runs have been made anew.
  void start() { kept_.clear(), at_ = nowhere; }
  /// Goes to the state on entry of run k: load(which, run) takes back a state, -1 the first of all; save(which, run) keeps
  /// the present one; advance(run) makes a run.
  template <class Load, class Save, class Advance>
  void move_to(int k, const Load& load, const Save& save, const Advance& advance) {
    while (!kept_.empty() && kept_.back() > k) kept_.pop_back();
    if (const int last = kept_.empty() ? 0 : kept_.back(); at_ > k || at_ < last)
      load(static_cast<int>(kept_.size()) - 1, at_ = last);
    while (at_ < k) {
      const int half = at_ + (k - at_ + 1) / 2;
      while (at_ < half) advance(at_++);
      if (at_ == k) return;
      save(static_cast<int>(kept_.size()), at_);
      kept_.push_back(at_);
    }
  }

private:
  static constexpr int nowhere = std::numeric_limits<int>::max();
  int at_ = nowhere;
  std::vector<int> kept_;
};

} // namespace fluxpp::inline v0_1::eval
